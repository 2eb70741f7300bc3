"""What the command line says of what no command foresees."""

import errno
from pathlib import Path

import pytest

from maillage.cli import guarded

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
