"""`make bench`: every figure as a ratio in one run on one broker, milliseconds beside.

Machines differ and are noisy: compare medians of one run only.
"""

import asyncio
import tempfile
from pathlib import Path

from rich.console import Console
from rich.table import Table

from tests.bench import consume, journey, relay
from tests.bench.ground import Ground
from tests.e2e.stack import Stack, running
from tests.servers.handles import KafkaAccess

console = Console()


def main() -> None:
    with tempfile.TemporaryDirectory(prefix="maillage-bench-") as directory:
        console.print("Un Maillage à part démarre…")
        with running(Path(directory)) as stack:
            asyncio.run(_measure(stack))


async def _measure(stack: Stack) -> None:
    postgres, kafka = stack.status["postgres"], stack.status["kafka"]
    password = stack.secret("postgres:postgres")
    ground = Ground(
        KafkaAccess(
            bootstrap=kafka["bootstrap"], username="admin", password=stack.secret("kafka:admin")
        ),
        f"postgresql://{postgres['user']}:{password}@{postgres['host']}:{postgres['port']}/postgres",
    )
    table = Table("mesure", "nous", "référence", "rapport", box=None, header_style="bold")
    console.print("Le relais…")
    sent = await relay.measure(ground)
    table.add_row(
        "relais, contre un producteur aiokafka idempotent seul",
        f"{sent['relay']:,.0f}/s",
        f"{sent['raw']:,.0f}/s",
        f"{sent['ratio']:.2f} ×",
    )
    console.print("La lecture avec effets…")
    read = await consume.measure(ground)
    for name, title in (("by_record", "un effet par message"), ("by_set", "effets par lot")):
        table.add_row(
            f"lecture, {title}, contre FastStream et une transaction par message",
            f"{read[name]:,.0f}/s",
            f"{read['plain']:,.0f}/s",
            f"{read[name] / read['plain']:.1f} ×",
        )
    console.print(f"Le parcours, à {journey.PER_SECOND} par seconde…")
    seen = await journey.measure(ground, stack)
    for name in ("p50", "p99"):
        ours, hop = getattr(seen["journey"], f"{name}_ms"), getattr(seen["one_hop"], f"{name}_ms")
        table.add_row(
            f"POST accepté → parcours visible, {name}, contre la recette à un saut",
            f"{ours:.0f} ms",
            f"{hop:.0f} ms",
            f"{ours / hop:.1f} × (but : 5 au plus)",
        )
    console.print(table)


if __name__ == "__main__":
    main()
