"""The docs lead where they say, and name what there is."""

import re
from pathlib import Path

import pytest

from tests.architecture.sources import ROOT, kept_files, python_sources

LINK = re.compile(r"\]\((?P<target>[^)\s]+)\)")
HEADING = re.compile(r"^#+ (?P<words>.+)$", re.MULTILINE)
MAKE = re.compile(r"`make ([a-z]+)`|^make ([a-z]+) ", re.MULTILINE)
COMMAND = re.compile(r"\.venv/bin/maillage ([a-z-]+)")
PAGES = [path for path in kept_files() if path.endswith(".md")]


def anchors(page: Path) -> set[str]:
    """The names that a link may put after `#`, as GitHub makes them."""
    headings = HEADING.findall(page.read_text(encoding="utf-8"))
    return {re.sub(r"[^\w\- ]", "", words).strip().lower().replace(" ", "-") for words in headings}


def broken_links(page: Path) -> list[str]:
    """The links that lead to no file, or to no heading of it."""
    found = []
    for target in LINK.findall(page.read_text(encoding="utf-8")):
        path, _, anchor = target.partition("#")
        aim = (page.parent / path) if path else page
        if "://" in target or target.startswith("mailto:"):
            continue
        if not aim.exists() or (anchor and anchor not in anchors(aim)):
            found.append(target)
    return found


@pytest.mark.parametrize("page", PAGES)
def test_every_link_leads_somewhere(page: str) -> None:
    assert broken_links(ROOT / page) == []


def test_a_broken_link_is_seen(tmp_path: Path) -> None:
    page = tmp_path / "page.md"
    page.write_text("# One two\n[a](gone.md) [b](#one-two) [c](#three) [d](https://x.example)")

    assert broken_links(page) == ["gone.md", "#three"]


def test_every_make_target_that_is_named_exists() -> None:
    makefile = (ROOT / "Makefile").read_text(encoding="utf-8")
    targets = set(re.findall(r"^([a-z-]+):", makefile, re.MULTILINE))
    named = {
        "".join(match)
        for page in PAGES
        for match in MAKE.findall((ROOT / page).read_text(encoding="utf-8"))
    }

    assert named
    assert named - targets == set()


def test_every_command_that_is_named_exists() -> None:
    cli = (ROOT / "deploy/embedded/src/maillage/cli.py").read_text(encoding="utf-8")
    functions = re.findall(r"^@app\.command\(.*\)\ndef (\w+)", cli, re.MULTILINE)
    commands = {name.replace("_", "-") for name in functions} | {"history"}
    named = {
        name
        for page in PAGES
        for name in COMMAND.findall((ROOT / page).read_text(encoding="utf-8"))
    }

    assert named
    assert named - commands == set()


def test_every_decision_is_listed() -> None:
    folder = ROOT / "docs/adr"
    listed = set(LINK.findall((folder / "README.md").read_text(encoding="utf-8")))

    assert listed == {path.name for path in folder.glob("0*.md")}


@pytest.mark.parametrize("page", sorted((ROOT / "docs/adr").glob("0*.md")), ids=lambda p: p.name)
def test_a_decision_fits_on_one_screen(page: Path) -> None:
    text = page.read_text(encoding="utf-8")

    assert text.count("\n") <= 45
    for part in ("**Context.**", "**Decision.**", "**Consequences**", "**Not taken.**"):
        assert part in text


def test_the_words_of_today_stand_in_the_code() -> None:
    glossary = (ROOT / "docs/glossary.md").read_text(encoding="utf-8")
    today = glossary.split("## In the code today")[1].split("\n## ")[0]
    rows = [line.split("|")[2] for line in today.splitlines() if line.startswith("|")]
    names = {name for row in rows for name in re.findall(r"`(\w+)`", row)}
    code = "\n".join(source.text for source in python_sources() if "/src/" in source.path)
    words = {word.lower().replace("_", "") for word in re.findall(r"\w+", code)}
    everything = " ".join(words)

    assert names
    assert {name for name in names if name.replace("_", "") not in everything} == set()
