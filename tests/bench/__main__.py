"""`make bench`: what Maillage bears, measured on one stack of its own in one run.

Throughput and delays stand as ratios to something plain on the same servers, milliseconds beside;
races by how often more was given than there was; pages, start and memory beside their aims.
Machines differ and are noisy: compare figures of one run only. `python -m tests.bench races size`
measures these parts alone.
"""

import asyncio
import sys
import tempfile
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any, Final

import uvloop
from rich.console import Console
from rich.table import Table

from tests.bench import consume, journey, looking, races, relay, standing
from tests.bench.ground import Ground
from tests.e2e.stack import Stack, running
from tests.servers.handles import KafkaAccess

console = Console()


def main(parts: Sequence[str]) -> None:
    if unknown := set(parts) - set(PARTS):
        sys.exit(f"{', '.join(sorted(unknown))} ? Il y a : {', '.join(PARTS)}.")
    with tempfile.TemporaryDirectory(prefix="maillage-bench-") as directory:
        console.print("Un Maillage à part démarre…")
        with running(Path(directory)) as stack:
            for part in parts or PARTS:
                PARTS[part](stack)


def _races(stack: Stack) -> None:
    table = Table("course", "demandes", "données", "par seconde", "p95", "de trop", **_PLAIN)
    for title, run in (
        (f"places de {races.SESSIONS} séances", races.seats),
        (f"chèques de {races.BOOKLETS} carnets", races.vouchers),
    ):
        console.print(f"La course aux {title}, à {races.CLIENTS} clients…")
        race = asyncio.run(run(stack))
        table.add_row(
            title,
            str(race.asked),
            str(race.granted),
            f"{race.per_second:,.0f}",
            f"{race.p95_ms:.0f} ms",
            f"{race.too_many} (but : 0)",
        )
    console.print(table)


def _size(stack: Stack) -> None:
    table = Table("mesure", "nous", "but", **_PLAIN)
    console.print("L’année, par les portes…")
    seconds = standing.scenario_s(stack)
    table.add_row("l’année du scénario", f"{seconds:.0f} s", "180 s au plus")
    console.print("Les pages…")
    for page in asyncio.run(looking.measure(stack)):
        table.add_row(f"p95 de {page.name}", f"{page.p95_ms:.0f} ms", "100 ms au plus")
    memory = standing.memory_mb(stack)
    table.add_row("mémoire de tout", f"{memory:,.0f} Mo", "1 600 Mo au plus")
    console.print("Le redémarrage…")
    table.add_row("make up, tout étant là", f"{standing.warm_up_s(stack):.0f} s", "30 s au plus")
    console.print(table)


_PLAIN: Final[dict[str, Any]] = {"box": None, "header_style": "bold"}


def _throughput(stack: Stack) -> None:
    # What asks must not be what is measured: the two share the machine's cores.
    with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
        runner.run(_measured_throughput(stack))


async def _measured_throughput(stack: Stack) -> None:
    postgres, kafka = stack.status["postgres"], stack.status["kafka"]
    password = stack.secret("postgres:postgres")
    ground = Ground(
        KafkaAccess(
            bootstrap=kafka["bootstrap"], username="admin", password=stack.secret("kafka:admin")
        ),
        f"postgresql://{postgres['user']}:{password}@{postgres['host']}:{postgres['port']}/postgres",
    )
    table = Table("mesure", "nous", "référence", "rapport", **_PLAIN)
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
    table.add_row(
        "calcul de tous les processus, par parcours", f"{seen['computing_ms']:.1f} ms", "", ""
    )
    console.print(table)


PARTS: Final[Mapping[str, Callable[[Stack], None]]] = {
    "throughput": _throughput,
    "races": _races,
    "size": _size,
}

if __name__ == "__main__":
    main(sys.argv[1:])
