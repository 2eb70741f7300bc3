"""Contrast of every pair of colours, computed from the style sheet (WCAG 2.2, 1.4.3, 1.4.11)."""

import re

import pytest

import pages

STYLES = (pages.static_directory() / "styles.css").read_text(encoding="utf-8")
BODY, TEXT, LINE = 7.0, 4.5, 3.0

# Every pair that the style sheet puts one on the other.
PAIRS = [
    ("ink", "paper", BODY),
    ("ink", "field", BODY),
    ("ink", "highlight", BODY),
    ("ink", "slate-ground", BODY),
    ("ink", "amber-ground", BODY),
    ("ink", "brick-ground", BODY),
    ("slate", "paper", BODY),
    ("slate", "highlight", TEXT),
    ("slate", "slate-ground", TEXT),
    ("accent", "paper", TEXT),
    ("accent", "highlight", TEXT),
    ("accent", "slate-ground", LINE),
    ("on-accent", "accent", TEXT),
    ("amber", "paper", TEXT),
    ("amber", "amber-ground", TEXT),
    ("brick", "paper", TEXT),
    ("brick", "field", LINE),
    ("brick", "brick-ground", TEXT),
    ("border", "paper", LINE),
    ("border", "field", LINE),
]
ONLY_PARTS_THINGS = {"line"}


def tokens(block: str) -> dict[str, str]:
    return dict(re.findall(r"--([a-z-]+):\s*(#[0-9A-F]{6});", block))


def root_blocks() -> tuple[dict[str, str], dict[str, str]]:
    light, dark, _print = re.findall(r":root \{(.*?)\}", STYLES, flags=re.DOTALL)
    return tokens(light), tokens(dark)


def luminance(colour: str) -> float:
    channels = [int(colour[i : i + 2], 16) / 255 for i in (1, 3, 5)]
    linear = [c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in channels]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


def contrast(one: str, other: str) -> float:
    darker, lighter = sorted((luminance(one), luminance(other)))
    return (lighter + 0.05) / (darker + 0.05)


def test_the_computation_agrees_with_the_known_ends() -> None:
    assert contrast("#000000", "#FFFFFF") == pytest.approx(21)
    assert contrast("#777777", "#FFFFFF") == pytest.approx(4.48, abs=0.01)


@pytest.mark.parametrize("theme", ["light", "dark"])
@pytest.mark.parametrize(("front", "ground", "at_least"), PAIRS)
def test_a_pair_contrasts_enough(theme: str, front: str, ground: str, at_least: float) -> None:
    colours = root_blocks()[theme == "dark"]

    assert contrast(colours[front], colours[ground]) >= at_least


def test_both_themes_name_the_same_colours_and_every_colour_is_in_a_pair() -> None:
    light, dark = root_blocks()
    paired = {name for front, ground, _ in PAIRS for name in (front, ground)}

    assert light.keys() == dark.keys()
    assert light.keys() == paired | ONLY_PARTS_THINGS


def test_no_colour_stands_outside_the_tokens() -> None:
    rest = re.sub(r":root \{.*?\}", "", STYLES, flags=re.DOTALL)

    assert not re.search(r"#[0-9A-Fa-f]{3,8}\b|rgb|hsl|[ :](white|black|red|gr[ae]y);", rest)


def test_every_token_that_is_used_exists() -> None:
    used = set(re.findall(r"var\(--([a-z0-9-]+)\)", STYLES))
    named = set(re.findall(r"--([a-z0-9-]+):", STYLES))

    assert used == named
