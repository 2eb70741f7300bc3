import pytest
from hypothesis import given
from hypothesis import strategies as st

from pages.typography import hold_marks
from tests.marks import loose_marks


@pytest.mark.parametrize(
    ("written", "held"),
    [
        ("Motif : complet ; revenez !", "Motif~: complet~; revenez~!"),
        ("Est-ce « urgent » ?", "Est-ce «~urgent~»~?"),
        ("Un retour\n   : à la ligne", "Un retour~: à la ligne"),
        ("Un espace fin\u202f? insécable\u00a0!", "Un espace fin~? insécable~!"),
        ("<b>Motif</b> : <b>« oui</b> »", "<b>Motif</b>~: <b>«~oui</b>~»"),
        ("« <em>oui</em> »", "«~<em>oui</em>~»"),
        ("<pre>a : b</pre> : <code>c : d</code> : e", "<pre>a : b</pre>~: <code>c : d</code>~: e"),
    ],
    ids=["marks", "quotes", "line-break", "other-spaces", "by-tags", "around-tags", "between-code"],
)
def test_a_space_by_a_mark_becomes_a_no_break_space(written: str, held: str) -> None:
    assert hold_marks(written) == held.replace("~", "\u00a0")


@pytest.mark.parametrize(
    "written",
    [
        "14:30",
        "https://exemple.fr/a?b=1",
        "Une phrase, deux phrases.",
        '<input value="a : b > c ; d">',
        "<input value='« a »'>",
        '<p title="Oui !"\n   class="x">Oui</p>',
        "<textarea>\n a : b </textarea>",
        '<TEXTAREA rows="2">« a »</TEXTAREA>',
        "<pre>{ « a » }</pre>",
        '<code class="reference">a : <b>b</b> ; c</code>',
        "<style>a { color : red ; }</style>",
        "<script>a ? b : c</script>",
        "<!-- Pourquoi ? -->",
        "<!doctype html>",
        "l&#39;an, &lt;b&gt;",
    ],
)
def test_all_else_stays_as_it_is(written: str) -> None:
    assert hold_marks(written) == written


PIECES = st.sampled_from(
    ["mot", " ", "\n", "«", "»", ":", "?", "&amp;", "<b>", "</b>", '<i title="a : b">', "</i>"]
)


@given(st.lists(PIECES, max_size=12).map("".join))
def test_no_mark_is_left_loose_and_a_second_time_changes_nothing(written: str) -> None:
    held = hold_marks(written)

    assert loose_marks(held) == []
    assert hold_marks(held) == held


def test_a_long_gap_takes_no_long_time() -> None:
    gap = " " * 200_000

    assert hold_marks(f"a{gap}b{gap}:") == f"a{gap}b\u00a0:"


@pytest.mark.parametrize("loose", ["a : b", "« b", "<p>a\n!</p>", "<b>a</b> ;", "a&#32;?"])
def test_a_loose_mark_is_seen(loose: str) -> None:
    assert len(loose_marks(loose)) == 1


def test_only_prose_is_looked_at() -> None:
    assert loose_marks('<p title="a : b">a\u00a0: b</p><code>a : b</code>') == []
