"""What the command line says of what no command foresees, and where its links lead."""

import errno
import re
from pathlib import Path
from urllib.parse import unquote

import pytest

from maillage.cli import guarded
from maillage.home import State
from maillage.narration import Narration
from maillage.reports import show_addresses

FULL = Path("/dev/full")  # a device on which every write fails as on a full disk


def failing(error: OSError) -> None:
    raise error


def test_full_disk_is_told_in_a_sentence(capsys: pytest.CaptureFixture[str]) -> None:
    assert guarded(lambda: FULL.write_text("x")) == 1
    assert capsys.readouterr().err == "✗ Le disque est plein. Faites de la place, puis relancez.\n"


@pytest.mark.parametrize(
    ("number", "expected"),
    [
        (errno.ENOSPC, "Le disque est plein (/srv/maillage)."),
        (errno.EDQUOT, "Le disque est plein (/srv/maillage)."),
        (errno.EACCES, "n’a pas le droit d’écrire ici (/srv/maillage)."),
        (errno.EIO, "Le système a refusé : Input/output error (/srv/maillage)."),
    ],
    ids=["full", "quota", "rights", "other"],
)
def test_what_the_system_refuses_is_named_with_its_place(
    number: int, expected: str, capsys: pytest.CaptureFixture[str]
) -> None:
    reasons = {errno.EIO: "Input/output error"}
    error = OSError(number, reasons.get(number, "refused"), "/srv/maillage")
    assert guarded(lambda: failing(error)) == 1
    said = capsys.readouterr().err
    assert said.startswith("✗ ")
    assert expected in said


def test_the_link_to_the_figures_opens_on_the_year_that_is_played(
    capsys: pytest.CaptureFixture[str],
) -> None:
    state = State(port_base=20_000, department="23")
    figures = state.url("reporting") + "/"

    def targets(*, last_year: bool) -> list[str]:
        show_addresses(state, Narration(), last_year=last_year)
        return [unquote(each) for each in re.findall(r"next=(\S+)", capsys.readouterr().out)]

    without, within = targets(last_year=False), targets(last_year=True)

    assert figures in without
    changed = [each for each in within if each not in without]
    assert changed == [f"{figures}?period=last-year"]
