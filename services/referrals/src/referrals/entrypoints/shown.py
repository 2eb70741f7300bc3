"""Referrals in the words of the pages: labels, chips, timelines. It decides nothing."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final, Literal
from uuid import UUID

from contracts.codes import (
    BirthBand,
    Code,
    Level,
    Need,
    Outcome,
    RedirectReason,
    RefusalReason,
    Urgency,
)
from pages import Step
from pages.french import day, day_and_hour
from referrals.application.communes import area
from referrals.application.viewing import View
from referrals.domain.appointments import SEAT_TAKEN
from referrals.domain.persons import Identity
from referrals.domain.referrals import State
from referrals.entrypoints.seats_shown import appointment_step
from referrals.storage.reading import Line, StepTaken

Tone = Literal["neutral", "done", "watch", "late"]

# The ladder of reminders of an ordinary referral: J+9, J+21 (domain.md §2.3).
WATCH_AFTER: Final = timedelta(days=9)
LATE_AFTER: Final = timedelta(days=21)
SAME_MOMENT: Final = timedelta(minutes=1)
"""Below it the two dates of a step read alike, and one is enough."""

_WORDS_AT_TARGET: Final = {
    State.SENT: "Attend votre réponse",
    State.ACCEPTED: "Prise en charge",
    State.REFUSED: "Refusée",
    State.COMPLETED: "Clôturée",
    State.REDIRECTED: "Réorientée",
}
_WORDS_AT_SENDER: Final = {**_WORDS_AT_TARGET, State.SENT: "En attente de réponse"}
_CONTACTS: Final = {
    "phone": "Par téléphone",
    "email": "Par courriel",
    "key_worker": "Par son référent",
    "other": "Autrement",
}
_TITLES: Final = {
    State.SENT: "Orientation envoyée",
    State.ACCEPTED: "Prise en charge",
    State.REFUSED: "Refus",
    State.COMPLETED: "Clôture",
    State.REDIRECTED: "Réorientation",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Chip:
    word: str
    tone: Tone


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """A line of a list. No name stands in a list: each name read is a look-up of its own."""

    id: UUID
    need: str
    urgent: bool
    sender: str
    targets: Sequence[tuple[str, Chip]]
    person: str
    chip: Chip
    sent_at: datetime
    partner_reference: str | None


def received_row(line: Line, *, organisation: UUID, now: datetime) -> Row:
    """A referral as its target sees it."""
    own = next(target for target in line.targets if target.organisation == organisation)
    chip = _chip(own.state, line.sent_at, now=now, words=_WORDS_AT_TARGET)
    return _row(line, chip=chip, targets=(), where=area(line.commune, whole=False).label)


def sent_row(line: Line, *, state: State, now: datetime) -> Row:
    """A referral as its sender sees it."""
    targets = [
        (target.name, _chip(target.state, line.sent_at, now=now, words=_WORDS_AT_SENDER))
        for target in line.targets
    ]
    chip = _chip(state, line.sent_at, now=now, words=_WORDS_AT_SENDER)
    where = area(line.commune, whole=True).label
    return _row(line, chip=chip, targets=targets, where=where)


def view_chip(view: View, *, now: datetime) -> Chip:
    """The state of one referral for whoever looks at it."""
    words = _WORDS_AT_SENDER if view.by_sender else _WORDS_AT_TARGET
    return _chip(view.state, view.line.sent_at, now=now, words=words)


def need_pairs(view: View) -> list[tuple[str, str]]:
    """What is asked, term by term; what was not said is left out."""
    line = view.line
    pairs = [
        ("Besoin", label(Need, line.need)),
        ("Niveau", label(Level, line.level)),
        ("Urgence", label(Urgency, line.urgency)),
        ("Avant le", day(line.due_on) if line.due_on else ""),
        ("Où vit la personne", area(line.commune, whole=view.by_sender).label),
        ("Année de naissance", label(BirthBand, line.birth_band)),
    ]
    return [(term, value) for term, value in pairs if value]


def label_of_need(line: Line) -> str:
    return label(Need, line.need)


def name_pairs(names: Identity) -> list[tuple[str, str]]:
    """The identity, term by term; what was not said is left out."""
    pairs = [
        ("Nom", names.family_name),
        ("Prénom", names.given_name),
        ("Année de naissance", str(names.birth_year or "")),
        ("Commune", area(names.commune, whole=True).label),
        ("Téléphone", names.phone or ""),
        ("Courriel", names.email or ""),
        ("À joindre de préférence", _CONTACTS.get(names.preferred_contact or "", "")),
    ]
    return [(term, value) for term, value in pairs if value]


def target_pairs(view: View) -> list[tuple[str, str]]:
    """Each target with its answer."""
    return [(target.name, _WORDS_AT_SENDER[target.state]) for target in view.targets]


def timeline(view: View, *, now: datetime) -> list[Step]:
    """What happened, in its order, each with both its dates; then what is awaited."""
    taken = [(step.happened_at, _step(step, view)) for step in _once(view.steps)]
    seen = [(noted.happened_at, appointment_step(noted)) for noted in view.appointments]
    happened = [step for _, step in sorted([*taken, *seen], key=lambda each: each[0])]
    awaited = [
        Step(
            key=f"answer-{target.organisation}",
            title=f"Réponse de {target.name}",
            state_word="Attendue",
            tone=_waiting_tone(view.line.sent_at, now=now),
        )
        for target in view.targets
        if target.state is State.SENT
    ]
    return happened + awaited


def label(codes: type[Code], value: str | None) -> str:
    """The French label of a code; the code itself when the list does not know it (yet)."""
    if value is None:
        return ""
    return next((code.label for code in codes if code.value == value), value)


def _row(line: Line, *, chip: Chip, targets: Sequence[tuple[str, Chip]], where: str) -> Row:
    band = label(BirthBand, line.birth_band).lower()
    about = (where, f"naissance {band}" if band else "")
    return Row(
        id=line.id,
        need=label(Need, line.need),
        urgent=line.urgency == Urgency.URGENT,
        sender=line.sender_name,
        targets=targets,
        person=", ".join(filter(None, about)) or "Non précisée",
        chip=chip,
        sent_at=line.sent_at,
        partner_reference=line.partner_reference,
    )


def _chip(state: State, sent_at: datetime, *, now: datetime, words: dict[State, str]) -> Chip:
    tones: dict[State, Tone] = {
        State.SENT: _waiting_tone(sent_at, now=now),
        State.ACCEPTED: "neutral",
        State.REFUSED: "late",
        State.COMPLETED: "done",
        State.REDIRECTED: "neutral",
    }
    return Chip(word=words[state], tone=tones[state])


def _waiting_tone(sent_at: datetime, *, now: datetime) -> Tone:
    if now - sent_at >= LATE_AFTER:
        return "late"
    return "watch" if now - sent_at >= WATCH_AFTER else "neutral"


def _once(steps: Sequence[StepTaken]) -> list[StepTaken]:
    """The sending to several targets is one step for whoever reads it.

    Those who were asked later stand in the step of the redirection, where that one is seen.
    """
    sending = [step for step in steps if step.state is State.SENT]
    return [*sending[:1], *(step for step in steps if step.state is not State.SENT)]


def _step(step: StepTaken, view: View) -> Step:
    by = view.line.sender_name if step.state is State.SENT else step.name
    return Step(
        key=f"{step.state}-{step.organisation}",
        title=_title(step),
        state_word="Refusée" if step.state is State.REFUSED else "Fait",
        tone="late" if step.state is State.REFUSED else "done",
        at=step.happened_at,
        by=None if step.state is State.REDIRECTED else by or None,
        detail=" ".join(_details(step, view)),
    )


def _title(step: StepTaken) -> str:
    title = _TITLES[step.state]
    return f"{title} : {step.name} n'est plus sollicitée" if title == "Réorientation" else title


def _details(step: StepTaken, view: View) -> list[str]:
    told = []
    if step.state is State.REDIRECTED:
        # A target sees its own side alone, so its view has no other targets to name.
        instead = [each.name for each in view.targets if each.instead_of == step.organisation]
        told += [f"Désormais sollicitée : {' et '.join(instead)}."] if instead else []
        told += [f"Motif : {label(RedirectReason, step.code)}."] if step.code else []
    if step.state is State.REFUSED:
        told.append(f"Motif : {_sentence(label(RefusalReason, step.code))}")
    if step.code == SEAT_TAKEN:
        told.append("En donnant une place à la personne.")
    if step.state is State.COMPLETED:
        told.append(f"Suite donnée : {_sentence(label(Outcome, step.code))}")
    if step.message:
        told.append(f"« {step.message} »")
    if step.learnt_at - step.happened_at >= SAME_MOMENT:
        told.append(f"Enregistrée le {day_and_hour(step.learnt_at)}.")
    return told


def _sentence(words: str) -> str:
    return f"{words}."
