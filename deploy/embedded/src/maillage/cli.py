"""The command line `maillage`: the whole platform on one machine."""

import asyncio
import errno
import json
import signal
import sys
import traceback
from collections.abc import Callable
from typing import Annotated

import typer

from chassis.clock import SystemClock
from maillage import access, journals, reports, running
from maillage.down import down as bring_down
from maillage.down import wipe
from maillage.home import Home, State, find
from maillage.narration import Narration
from maillage.servers.postgres import IMMEDIATE_SIGNAL
from maillage.stack import known_process, running_stack
from maillage.trouble import Trouble

# A command that only asks must answer at once: what takes long to import is imported where it is
# used (contracts' models, and what fetches and starts the servers).

app = typer.Typer(
    help="Maillage entier sur une machine : PostgreSQL, Kafka et les cinq services.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
)
history = typer.Typer(help="La saisie du passé.", no_args_is_help=True)
app.add_typer(history, name="history")

Name = Annotated[str, typer.Argument(help="caf, mission-locale, tela, departement, auditeur…")]
Service = Annotated[str, typer.Argument(help="Un service, kafka ou postgres.")]


@app.command()
def up() -> None:
    """Lance tout, et rend la main quand tout répond."""
    _bring_up(find(), forget=False)


@app.command()
def down() -> None:
    """Arrête tout. Les données restent."""
    bring_down(find(), Narration())


@app.command()
def reset() -> None:
    """Efface les données et repart de zéro."""
    home = find()
    wipe(home, Narration())
    _bring_up(home, forget=True)


@app.command()
def status(
    *,
    as_json: Annotated[bool, typer.Option("--json", help="Pour un programme.")] = False,
) -> None:
    """Dit ce qui tourne, et où. Se termine par 1 si tout n’est pas prêt."""
    home, state = _known(find())
    report = reports.status(home, state)
    if as_json:
        _print_json(report)
    else:
        reports.show_status(home, state, report=report, narration=Narration())
    if not reports.all_ready(report):
        raise typer.Exit(1)


@app.command()
def token(name: Name) -> None:
    """Donne un jeton pour les portes HTTP."""
    typer.echo(asyncio.run(access.token(running_stack(find()), name)))


@app.command()
def kafka_config(name: Name) -> None:
    """Donne de quoi entrer par Kafka."""
    _print_json(access.kafka_config(running_stack(find()), name))


@app.command()
def example(
    kind: Annotated[str, typer.Argument(metavar="TYPE", help="referral.sent")],
) -> None:
    """Donne un message tout frais, prêt à poster."""
    from maillage import examples  # noqa: PLC0415 - as above

    _print_json(asyncio.run(examples.example(running_stack(find()), kind)))


@app.command()
def kill(
    service: Service,
    *,
    immediate: Annotated[
        bool, typer.Option("--immediate", help="PostgreSQL : « arrêt immédiat » (SIGQUIT).")
    ] = False,
) -> None:
    """Tue un processus sans prévenir (SIGKILL) : le superviseur le relance."""
    stack, name = running_stack(find()), known_process(service)
    if immediate and name != "postgres":
        raise Trouble("L’arrêt immédiat est un mode de PostgreSQL : maillage kill postgres.")
    one = running.processes(stack.home).get(name)
    process = one.identity.process() if one else None
    if process is None:
        raise Trouble(f"{name} ne tourne pas en ce moment ; le superviseur va le relancer.")
    process.send_signal(IMMEDIATE_SIGNAL if immediate else signal.SIGKILL)
    typer.echo(f"{name} (processus {process.pid}) a été {'arrêté' if immediate else 'tué'}.")


@app.command()
def logs(
    service: Service,
    *,
    lines: Annotated[int, typer.Option("--lines", "-n", help="Combien de lignes.")] = 100,
    follow: Annotated[bool, typer.Option("--follow", "-f", help="Et la suite.")] = False,
) -> None:
    """Montre le journal d’un processus."""
    home, _ = _known(find())
    journals.show(home, known_process(service), lines=lines, follow=follow)


@history.command("close")
def history_close() -> None:
    """Dit que la saisie du passé est finie : plus personne ne peut dater un fait d’autrefois."""
    from maillage.scenario.parties import close_history  # noqa: PLC0415 - as above

    closed = asyncio.run(close_history(running_stack(find())))
    if closed:
        typer.echo(f"La saisie du passé est close : {closed} accès rendus.")
    else:
        typer.echo("Aucune saisie du passé n’est ouverte : il n’y a rien à clore.")


@app.command()
def drift() -> None:
    """Compare les comptes du tableau de bord à ceux des services. Finit par 1 s’ils diffèrent."""
    from maillage import drift as comparison  # noqa: PLC0415 - as above

    lines = asyncio.run(comparison.look(running_stack(find())))
    if comparison.show(lines, Narration()):
        raise typer.Exit(1)


@app.command()
def demo(
    *,
    journey: Annotated[str, typer.Option(help="Un seul : with-voucher, free, hard.")] = "",
    patience: Annotated[float, typer.Option(help="Secondes qu’une étape peut prendre.")] = 30,
) -> None:
    """Raconte des parcours entiers sur la plateforme qui tourne, pas à pas."""
    from maillage.demo import JOURNEYS, tell  # noqa: PLC0415 - as above

    if journey and journey not in JOURNEYS:
        raise Trouble(
            f"Aucun parcours ne s’appelle « {journey} ». Choisissez : {', '.join(JOURNEYS)}."
        )
    names = [journey] if journey else []
    asyncio.run(tell(running_stack(find()), Narration(), *names, patience_s=patience))


def _bring_up(home: Home, *, forget: bool) -> None:
    from maillage.scenario import playing  # noqa: PLC0415 - as above
    from maillage.up import up as bring_up  # noqa: PLC0415 - as above

    narration, variant = Narration(), playing.asked_variant()
    state = bring_up(home, narration, forget=forget)
    last_year = playing.is_of_last_year(home, variant, SystemClock().now())
    reports.show_addresses(state, narration, last_year=last_year)
    if variant:
        narration.say()
        playing.play(running_stack(home), variant, narration)


def _known(home: Home) -> tuple[Home, State]:
    state = home.state()
    if state is None:
        raise Trouble("Maillage n’a jamais été lancé ici. Lancez « make up ».")
    return home, state


def _print_json(value: object) -> None:
    typer.echo(json.dumps(value, ensure_ascii=False, indent=2))


class Interruption(BaseException):
    """Ctrl-C. A class of its own, because typer answers KeyboardInterrupt in English."""


def _interrupt(_number: int, _frame: object) -> None:
    raise Interruption


def main() -> None:
    """Runs a command; whatever goes wrong is said in a sentence, never as a traceback."""
    signal.signal(signal.SIGINT, _interrupt)
    sys.exit(guarded(app))


def guarded(run: Callable[[], object]) -> int:
    """The exit code of a command: 1 after trouble, 130 after Ctrl-C."""
    try:
        run()
    except Trouble as trouble:
        return _complain(str(trouble))
    except Interruption:
        return _complain("Interrompu. « make up » reprend où il en était.", code=130)
    except OSError as error:
        return _complain(_about(error))
    except Exception:  # noqa: BLE001 - the last word to the person is a sentence
        return _complain(_unforeseen())
    return 0


def _complain(sentence: str, *, code: int = 1) -> int:
    typer.echo(f"✗ {sentence}", err=True)
    return code


def _about(error: OSError) -> str:
    place = f" ({error.filename})" if error.filename else ""
    if error.errno in (errno.ENOSPC, errno.EDQUOT):
        return f"Le disque est plein{place}. Faites de la place, puis relancez."
    if isinstance(error, PermissionError):
        return (
            f"Ce compte n’a pas le droit d’écrire ici{place}. Reprenez le compte qui a lancé "
            "Maillage la première fois, ou choisissez un autre endroit : MAILLAGE_HOME=… make up."
        )
    return f"Le système a refusé : {error.strerror or error}{place}."


def _unforeseen() -> str:
    """Keeps the traceback for whoever mends Maillage."""
    path = find().path / "imprevu.txt"
    try:
        path.write_text(traceback.format_exc())
    except OSError:
        return f"Une erreur imprévue est survenue : {sys.exc_info()[1]!r}."
    return f"Une erreur imprévue est survenue. Joignez {path} au signalement."
