"""Tables as files that a spreadsheet in France opens by a double click.

UTF-8 with its mark, because a spreadsheet otherwise takes it for another encoding; semicolons,
because the comma parts the decimals; lines ended as RFC 4180 ends them.
"""

import csv
import io
from collections.abc import Iterable, Sequence
from decimal import Decimal
from typing import Final

MEDIA_TYPE: Final = "text/csv; charset=utf-8"
_MARK: Final = "\ufeff"
_FORMULA: Final = ("=", "+", "-", "@", "\t", "\r")

Cell = str | int | Decimal | None


def csv_file(columns: Sequence[str], rows: Iterable[Sequence[Cell]]) -> bytes:
    """The table as a file: a line of titles, then the rows. None is an empty cell."""
    written = io.StringIO()
    writer = csv.writer(written, delimiter=";", lineterminator="\r\n")
    writer.writerow([_text(each) for each in columns])
    writer.writerows([[_plain(cell) for cell in row] for row in rows])
    return (_MARK + written.getvalue()).encode()


def euros(amount_cents: int) -> Decimal:
    """Cents as euros, to the cent."""
    return Decimal(amount_cents).scaleb(-2)


def _plain(cell: Cell) -> str:
    if cell is None:
        return ""
    if isinstance(cell, str):
        return _text(cell)
    return str(cell).replace(".", ",")


def _text(words: str) -> str:
    # A name that begins like a formula would be run as one by whoever opens the file.
    return f"'{words}" if words.startswith(_FORMULA) else words
