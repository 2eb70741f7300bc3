"""What a stack says of itself: its state, its addresses, what to try."""

from collections.abc import Callable
from typing import Any
from urllib.parse import quote

from rich.table import Table

from contracts.topics import SERVICES
from maillage import running
from maillage.founding.data import founding
from maillage.home import DEPARTMENTS, Home, State
from maillage.narration import Narration
from maillage.parallel import together
from maillage.servers import postgres
from maillage.servers.processes import LOOPBACK, is_free

NOTHING = "·"


def status(home: Home, state: State) -> dict[str, Any]:
    """The state as programs read it: addresses, and whether each service is ready."""
    ready = together(*(_readiness(home, state, name) for name in SERVICES))
    port = state.port("postgres")
    return {
        "home": state.url("partners"),
        "services": {
            name: {"url": state.url(name), "ready": is_ready}
            for name, is_ready in zip(SERVICES, ready, strict=True)
        },
        "kafka": {"bootstrap": f"{LOOPBACK}:{state.port('kafka')}"},
        "postgres": {"host": LOOPBACK, "port": port, "user": postgres.SUPERUSER},
    }


def _readiness(home: Home, state: State, name: str) -> Callable[[], bool]:
    return lambda: running.alive(home) and running.ready(state.url(name))


def all_ready(report: dict[str, Any]) -> bool:
    return all(one["ready"] for one in report["services"].values())


def show_status(home: Home, state: State, *, report: dict[str, Any], narration: Narration) -> None:
    """The same for people."""
    processes = running.processes(home)
    table = Table(box=None, pad_edge=False, header_style="bold")
    for title in ("", "état", "adresse", "processus", "départs"):
        table.add_column(title)
    for name in (*SERVICES, "kafka", "postgres"):
        one = processes.get(name)
        service = report["services"].get(name)
        up = service["ready"] if service else one is not None and not is_free(state.port(name))
        table.add_row(
            name,
            "[green]prêt[/]" if up else "[red]ne répond pas[/]",
            service["url"] if service else f"{LOOPBACK}:{state.port(name)}",
            str(one.identity.pid) if one else NOTHING,
            str(one.starts) if one else NOTHING,
        )
    place = DEPARTMENTS[state.department]
    if not running.alive(home):
        narration.say(
            "Le superviseur s’est arrêté, des processus restent : « make up » remet tout en route."
            if any(running.leftovers(home))
            else "Maillage n’est pas en route. « make up » le lance."
        )
        return
    narration.say(f"Maillage de {place} ({state.department}), dans {home.path}")
    narration.console.print(table)


def show_addresses(state: State, narration: Narration, *, last_year: bool) -> None:
    """« Prêt », the addresses, and a link for each thing to try.

    Args:
        state: Of the stack.
        narration: Where they are shown.
        last_year: The scenario's year is here or on its way: figures are shown for that one, as
            the twelve months before today are mostly empty.
    """
    say = narration.say
    say()
    say(f"[bold green]Prêt.[/] Accueil : [bold]{state.url('partners')}[/]")
    say()
    say("À essayer, chaque lien vous fait entrer comme cette personne :")
    people = founding(state.department)
    names = {one.slug: one.name for one in people.organisations}
    for one in (one for one in people.colleagues if one.shows):
        query = "?period=last-year" if last_year and one.service == "reporting" else ""
        target = quote(state.url(one.service).rstrip("/") + one.path + query, safe="")
        say(f"  [bold]{one.shows}[/] [dim]({one.name}, {names[one.organisation]})[/]")
        say(f"    {state.url('partners')}/sign-in/as/{one.login}?next={target}")
    say()
    say("Des parcours entiers, pas à pas : [bold]make demo[/]")
    say("L’état des services : [bold]make status[/] · Tout arrêter : [bold]make down[/]")
