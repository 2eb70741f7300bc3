"""A figure in words: its value, and the sentence that says what the value means."""

from datetime import timedelta
from types import MappingProxyType
from typing import Final

from pages import french
from reporting.application.figures import Value
from reporting.domain import figures as f
from reporting.entrypoints import wording
from reporting.entrypoints.sentences import lower

NOTHING_YET: Final = "Rien à mesurer pour l'instant."


def amount(value: Value) -> str:
    """« 1 240 », « 2 jours et 3 heures », or that nothing can be measured yet."""
    if value.amount is None:
        return "Pas encore"
    if isinstance(value.amount, timedelta):
        return wording.duration(value.amount)
    return french.number(value.amount)


def meaning(value: Value) -> str:
    """One sentence under the value."""
    if value.amount is None:
        return NOTHING_YET
    if value.out_of is not None:
        return _share(value)
    if value.parts:
        code, count = value.parts[0]
        said = wording.label(value.figure.code, code)
        return f"Le plus souvent : {lower(said)} ({french.number(count)})."
    return _MEANINGS.get(value.figure.code, NOTHING_YET)


_MEANINGS: Final = MappingProxyType(
    {
        f.SENT.code: "Des professionnels ont confié une personne à une autre organisation.",
        f.ACCEPTED.code: "Une organisation a répondu oui et prend la personne en charge.",
        f.REFUSED.code: "Aucun refus.",
        f.COMPLETED.code: "Aucun accompagnement déclaré terminé pour l'instant.",
        f.MEDIAN_DELAY.code: "La moitié des orientations répondues l'ont été plus vite que cela.",
        f.ACTIVE.code: "Elles peuvent envoyer et recevoir des orientations.",
    }
)


def _share(value: Value) -> str:
    if not value.out_of or not isinstance(value.amount, int):
        return NOTHING_YET
    percent = french.number(round(100 * value.amount / value.out_of))
    sent = french.count(value.out_of, "orientation envoyée", "orientations envoyées")
    return f"Soit {percent}{french.NO_BREAK_SPACE}% : {sent} en tout."
