"""Look-ups by name, as people write names: « st vaury », « GUERET », « Bénévent l'abbaye »."""

import re
import unicodedata
from collections import defaultdict
from collections.abc import Iterable, Mapping
from functools import cache
from typing import Final

from rapidfuzz import fuzz, process

from territory.history import formers, today
from territory.places import Commune
from territory.register import communes

_ABBREVIATED: Final = {"st": "saint", "ste": "sainte", "s": "sur"}
_LIGATURES: Final = str.maketrans({"œ": "oe", "æ": "ae"})
_NOT_A_LETTER: Final = re.compile(r"[^a-z0-9]+")
# One letter changed, or two swapped, among n leaves a ratio of 1 - 1/n: 75 lets every name of four
# letters or more be found again. Some far names then get an answer (« Marseille »: Vareilles);
# it is a question, and costs nobody anything.
_SCORE_MIN: Final = 75.0
_TELLING_LETTERS_MIN: Final = 4  # « la » or « sur » say nothing of which commune is meant
_NAME_CHARACTERS_MAX: Final = 100  # the longest of the three départements has 30

_Named = tuple[Commune, str]  # a commune, and a name that it bears or bore


def find(name: str, department: str | None = None) -> tuple[Commune, ...]:
    """The communes of exactly that name; several are namesakes, none means not recognised.

    Case, accents, hyphens and apostrophes do not matter; « St » is « Saint », « Ste » « Sainte »
    and « s/ » « sur ». A name that a merger ended finds the commune of today, unless another bears
    it now.
    """
    folded = _fold(name)
    found = _by_folded_name().get(folded) or _by_former_name().get(folded, ())
    return tuple(each for each in found if department is None or each.department == department)


def suggest(name: str, department: str | None = None, *, limit: int = 3) -> tuple[Commune, ...]:
    """The communes that may have been meant, the likeliest first.

    Namesakes when the name is exact; else those whose name holds every word written (« Brive »,
    « Souterraine »), the most peopled first; then those that the words written hold (« Guéret
    cedex »); then those that are spelt nearly so. Former names count with those of today. Empty
    when nothing is near.
    """
    exact = find(name, department)
    if exact:
        return exact[:limit]
    folded = _folded_names(department)
    near = process.extract(
        _fold(name), folded, scorer=fuzz.ratio, score_cutoff=_SCORE_MIN, limit=limit
    )
    spelt_so = [commune for _name, _score, (commune, _shown) in near]
    meant = [*_holding(_fold(name), folded), *_held(_fold(name), folded), *spelt_so]
    return tuple(dict.fromkeys(meant))[:limit]


def _holding(written: str, folded: Mapping[_Named, str]) -> list[Commune]:
    words = set(written.split())
    if not any(len(word) >= _TELLING_LETTERS_MIN for word in words):
        return []
    holding = [commune for (commune, _shown), name in folded.items() if words <= set(name.split())]
    return sorted(holding, key=lambda each: -each.population)


def _held(written: str, folded: Mapping[_Named, str]) -> list[Commune]:
    words = set(written.split())
    held = [
        (len(name), commune) for (commune, _), name in folded.items() if words >= set(name.split())
    ]
    return [commune for _length, commune in sorted(held, key=lambda each: -each[0])]


@cache
def _folded_names(department: str | None) -> dict[_Named, str]:
    named = [*((each, each.name) for each in communes()), *_formerly_named()]
    return {
        (commune, name): _fold(name)
        for commune, name in named
        if department is None or commune.department == department
    }


@cache
def _by_folded_name() -> dict[str, tuple[Commune, ...]]:
    return _grouped((each, each.name) for each in communes())


@cache
def _by_former_name() -> dict[str, tuple[Commune, ...]]:
    return _grouped(_formerly_named())


def _formerly_named() -> list[_Named]:
    return [(now, each.name) for each in formers() if (now := today(each.code))]


def _grouped(named: Iterable[_Named]) -> dict[str, tuple[Commune, ...]]:
    namesakes: defaultdict[str, tuple[Commune, ...]] = defaultdict(tuple)
    for commune, name in named:
        namesakes[_fold(name)] += (commune,)
    return dict(namesakes)


def _fold(name: str) -> str:
    lower = name[:_NAME_CHARACTERS_MAX].lower().translate(_LIGATURES)
    without_accents = "".join(
        letter
        for letter in unicodedata.normalize("NFKD", lower)
        if not unicodedata.combining(letter)
    )
    words = _NOT_A_LETTER.sub(" ", without_accents).split()
    return " ".join(_ABBREVIATED.get(word, word) for word in words)
