"""What is generated and committed is what the code says."""

import json
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from contracts import generated
from contracts.__main__ import main
from contracts.codes import CODE_LISTS, BirthBand, birth_band, code_list
from tests.contracts.ground import ROOT, SCHEMAS, validator


@pytest.fixture
def copy(tmp_path: Path) -> Path:
    """A working copy that holds nothing but the examples."""
    shutil.copytree(ROOT / "contracts" / "examples", tmp_path / "contracts" / "examples")
    return tmp_path


def test_the_committed_files_are_current() -> None:
    answer = subprocess.run(
        [sys.executable, "-m", "contracts", "check"], capture_output=True, text=True, check=False
    )

    assert (answer.returncode, answer.stdout, answer.stderr) == (0, "", "")


def test_the_gate_is_open_today() -> None:
    assert main(["gate"]) == 0


def test_an_unknown_command_explains_itself(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["publish"]) == 2
    assert "generate | check | gate" in capsys.readouterr().out


def test_generating_twice_changes_nothing(copy: Path) -> None:
    assert generated.write(copy)
    assert generated.write(copy) == []


def test_a_changed_a_missing_and_a_left_over_file_are_stale(copy: Path) -> None:
    generated.write(copy)
    schemas = copy / "contracts" / "schemas"
    page = copy / "docs" / "messages.md"
    page.write_text("edited by hand", encoding="utf-8")
    (schemas / "envelope.json").unlink()
    (schemas / "maillage.old.v1.json").write_text("{}", encoding="utf-8")
    expected = [
        schemas / "envelope.json",
        schemas / "maillage.old.v1.json",
        page,
    ]

    assert generated.stale(copy, generated.files(copy)) == expected
    assert generated.write(copy) == expected
    assert generated.stale(copy, generated.files(copy)) == []


def test_every_schema_is_a_schema_and_says_its_address() -> None:
    for path in SCHEMAS.glob("*.json"):
        validator(path.stem)
        address = json.loads(path.read_text(encoding="utf-8"))["$id"]
        assert address == f"urn:maillage:schema:{path.stem}:1"


def test_code_lists_have_names_and_french_labels() -> None:
    for codes in CODE_LISTS:
        assert code_list(codes.name) is codes
        assert all(code.label and code.label != code.value for code in codes)
        assert len({code.label for code in codes}) == len(list(codes))


def test_every_code_list_is_described_on_the_page() -> None:
    page = (ROOT / "docs" / "messages.md").read_text(encoding="utf-8")

    for codes in CODE_LISTS:
        for code in codes:
            assert f"| `{code.value}` | {code.label} |" in page


@pytest.mark.parametrize(
    ("year", "band"),
    [
        (1911, BirthBand.BEFORE_1920),
        (1920, BirthBand.FROM_1920),
        (1959, BirthBand.FROM_1950),
        (2026, BirthBand.FROM_2020),
    ],
)
def test_a_year_of_birth_falls_into_its_band(year: int, band: BirthBand) -> None:
    assert birth_band(year) is band


def test_a_year_beyond_the_last_band_is_refused() -> None:
    with pytest.raises(KeyError):
        birth_band(2031)
