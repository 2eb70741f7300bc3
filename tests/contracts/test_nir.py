"""A social-security number is seen however it is written, and other numbers are let through."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from contracts.nir import contains_nir, nir_key
from tests.contracts.ground import UNHURRIED

MONTHS = [f"{each:02}" for each in (*range(1, 13), *range(20, 43), *range(50, 100))]
DEPARTMENTS = [*(f"{each:02}" for each in range(1, 100) if each != 20), "2A", "2B"]
GAPS = ["", " ", ".", "-", "  ", "\u00a0", "/", "\u202f"]

groups = st.tuples(
    st.sampled_from("123478"),
    st.from_regex(r"[0-9]{2}", fullmatch=True),
    st.sampled_from(MONTHS),
    st.sampled_from(DEPARTMENTS),
    st.from_regex(r"[0-9]{3}", fullmatch=True),
    st.from_regex(r"[0-9]{3}", fullmatch=True),
)
words = st.text(alphabet="abcdefghijklmnopqrstuvwxyzéèà ,;:'()", max_size=30)


def keyed(body: str) -> str:
    return f"{body}{nir_key(body):02}"


@UNHURRIED
@given(groups, words, words)
def test_fifteen_digits_with_their_key_are_seen_anywhere(
    parts: tuple[str, ...], before: str, after: str
) -> None:
    assert contains_nir(f"{before}{keyed(''.join(parts))}{after}")


@UNHURRIED
@given(groups, st.sampled_from(GAPS), words)
def test_the_groups_may_be_spaced_as_people_write_them(
    parts: tuple[str, ...], gap: str, before: str
) -> None:
    number = gap.join((*parts, f"{nir_key(''.join(parts)):02}"))

    assert contains_nir(f"{before}{number}.")


@UNHURRIED
@given(groups, st.integers(min_value=1, max_value=97))
def test_a_wrong_key_is_no_number_of_anybody(parts: tuple[str, ...], key: int) -> None:
    body = "".join(parts)
    is_right = key == nir_key(body)

    assert contains_nir(f"{body}{key:02}") == is_right


@UNHURRIED
@given(groups, st.sampled_from(GAPS), words)
def test_thirteen_digits_are_seen_in_free_text_only(
    parts: tuple[str, ...], gap: str, before: str
) -> None:
    text = f"{before}{gap.join(parts)}"

    assert contains_nir(text, free_text=True)
    assert not contains_nir(text)


@UNHURRIED
@given(groups)
def test_other_scripts_and_hidden_characters_do_not_hide_it(parts: tuple[str, ...]) -> None:
    number = keyed("".join(parts))
    full_width = number.translate({ord("0") + each: ord("\uff10") + each for each in range(10)})

    assert contains_nir(full_width)
    assert contains_nir("\u200b".join(number))
    assert contains_nir(number.lower())


@pytest.mark.parametrize(
    ("body", "key"),
    [
        ("2550814168025", 38),  # the specimen of the health insurance
        ("1841276451089", 46),
        ("180022A001234", nir_key("1800219001234")),  # 2A counts as 19
        ("180022B001234", nir_key("1800218001234")),  # 2B counts as 18
    ],
)
def test_known_keys(body: str, key: int) -> None:
    assert nir_key(body) == key


@pytest.mark.parametrize(
    "text",
    [
        "Rappeler le 05 55 51 00 00 ou le 06 12 34 56 78",
        "+33 6 12 34 56 78, dossier 12",
        "SIRET 222 309 627 00015",
        "22230962700015",
        "IBAN FR76 3000 1007 9412 3456 7890 185",
        "2026-03-10T09:12:00.250000Z",
        "01987a53-0b7a-7c58-b1d2-64c0f7e2aa31",
        "Dossier 1234567, commune 23096, 12/03/2026 à 14 h 30",
        "9999999999999",
        "",
    ],
)
def test_other_numbers_pass(text: str) -> None:
    assert not contains_nir(text, free_text=True)


@UNHURRIED
@given(st.text(max_size=200))
def test_what_is_refused_anywhere_is_refused_in_free_text(text: str) -> None:
    assert contains_nir(text, free_text=True) or not contains_nir(text)


def test_a_longer_run_of_digits_is_another_number() -> None:
    number = keyed("1841276451089")

    assert not contains_nir(f"7{number}")
    assert not contains_nir(f"{number}7")


@pytest.mark.parametrize(
    "identifier",
    ["239ae7f8-03cb-44bf-b771-368463475224", "16445bc5-648e-4eb2-a278-742359873978"],
)
def test_a_uuid_is_no_nir_though_its_groups_may_read_as_one(identifier: str) -> None:
    assert not contains_nir(identifier)
    assert not contains_nir(f"/dossiers/{identifier}", free_text=True)
    assert contains_nir(f"{identifier} 184127645108946")
