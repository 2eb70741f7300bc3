"""The data files: CSV, with a head that names their sources."""

import csv
from importlib.resources import files
from typing import Final

_DATA: Final = files("territory") / "data"


def rows(name: str) -> list[dict[str, str]]:
    text = (_DATA / name).read_text(encoding="utf-8")
    return list(csv.DictReader(line for line in text.splitlines() if not line.startswith("#")))
