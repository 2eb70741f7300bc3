"""Files that a spreadsheet in France opens as they are meant."""

import csv
from decimal import Decimal

import pytest

from pages import spreadsheet


def read(content: bytes) -> list[list[str]]:
    return list(csv.reader(content.decode("utf-8-sig").splitlines(), delimiter=";"))


def test_a_file_has_its_mark_semicolons_and_decimal_commas() -> None:
    content = spreadsheet.csv_file(
        ["Financeur", "Vouchers", "Euros"], [["État", 1_240, spreadsheet.euros(1_234_505)]]
    )

    assert (
        content == b"\xef\xbb\xbf" + "Financeur;Vouchers;Euros\r\nÉtat;1240;12345,05\r\n".encode()
    )


def test_what_holds_a_separator_a_quote_or_a_line_comes_back_whole() -> None:
    awkward = ['a;b "c"', "deux\nlignes", ""]

    lines = spreadsheet.csv_file(["x", "y", "z"], [awkward]).decode("utf-8-sig")

    assert list(csv.reader(lines.splitlines(keepends=True), delimiter=";"))[1] == awkward


@pytest.mark.parametrize("start", ["=", "+", "-", "@", "\t"])
def test_words_are_never_run_as_a_formula(start: str) -> None:
    rows = read(spreadsheet.csv_file([f"{start}titre"], [[f"{start}1+1"]]))

    assert rows == [[f"'{start}titre"], [f"'{start}1+1"]]


def test_numbers_keep_their_sign_and_nothing_is_an_empty_cell() -> None:
    rows = read(spreadsheet.csv_file(["n", "d", "none"], [[-3, Decimal("-0.50"), None]]))

    assert rows[1] == ["-3", "-0,50", ""]
