"""What pages say: a sentence per fact, French labels for codes."""

from collections.abc import Mapping
from datetime import timedelta
from types import MappingProxyType
from typing import Final

from contracts.codes import Code, Outcome, RedirectReason, RefusalReason
from pages import Step, french
from reporting.domain import facts as f
from reporting.domain import figures
from reporting.domain.journeys import Entry
from reporting.entrypoints.names import by, listed, to
from reporting.entrypoints.place_words import AT_A_PLACE
from reporting.entrypoints.sentences import Names, Sentence, Teller, Tone, label_of, lower

SAME_MOMENT: Final = timedelta(minutes=1)
"""Two times that differ by less are one for a reader: pages show hours and minutes."""

_SERVICES: Final = MappingProxyType(
    {
        "partners": "Partenaires",
        "referrals": "Orientations",
        "scheduling": "Rendez-vous",
        "vouchers": "Chèques",
    }
)


def tell(entry: Entry, names: Names) -> Sentence:
    """The fact as a sentence; a fact unknown to these pages names its service."""
    teller = _TELLERS.get(entry.type)
    return teller(entry, names) if teller else _unknown(entry)


def step(entry: Entry, names: Names) -> Step:
    """A line of the timeline, with both times in words when they differ."""
    said = tell(entry, names)
    details = [said.detail] if said.detail else []
    if abs(entry.recorded_at - entry.happened_at) >= SAME_MOMENT:
        details.append(f"Appris le {french.day_and_hour(entry.recorded_at)}.")
    return Step(
        key=entry.event_id,
        title=said.title,
        state_word=said.word,
        tone=said.tone,
        at=entry.happened_at,
        detail=" ".join(details) or None,
    )


def label(figure: str, code: str) -> str:
    """The French label of a code that splits a figure; a code newer than we are, as it is."""
    codes = _CODES.get(figure)
    return label_of(codes, code) if codes else code


def duration(value: timedelta) -> str:
    """« 2 jours et 3 heures », « 40 minutes »: two units at most."""
    minutes = round(value.total_seconds() / 60)
    hours, minutes = divmod(minutes, 60)
    days, hours = divmod(hours, 24)
    counted = ((days, "jour"), (hours, "heure"), (minutes, "minute"))
    said = [french.count(number, word) for number, word in counted if number]
    return " et ".join(said[:2]) or "moins d'une minute"


_CODES: Final[Mapping[str, type[Code]]] = MappingProxyType(
    {figures.REFUSED.code: RefusalReason, figures.COMPLETED.code: Outcome}
)


def _sent(entry: Entry, names: Names) -> Sentence:
    targets = [to(names.of(target)) for target in entry.data.get("targets", ())]
    return Sentence(
        title=f"Orientation envoyée {by(names.of(entry.data.get('sender')))}",
        word="Envoyée",
        detail=f"Adressée {listed(targets)}." if targets else "",
    )


def _accepted(entry: Entry, names: Names) -> Sentence:
    return Sentence(
        title=f"Acceptée {by(names.of(entry.data.get('organisation')))}",
        word="Acceptée",
        tone="done",
    )


def _refused(entry: Entry, names: Names) -> Sentence:
    return Sentence(
        title=f"Refusée {by(names.of(entry.data.get('organisation')))}",
        word="Refusée",
        tone="late",
        detail=f"Motif : {lower(label_of(RefusalReason, entry.data.get('reason')))}.",
    )


def _completed(entry: Entry, names: Names) -> Sentence:
    return Sentence(
        title=f"Terminée : {lower(label_of(Outcome, entry.data.get('outcome')))}",
        word="Terminée",
        tone="done",
        detail=f"Suite donnée {by(names.of(entry.data.get('organisation')))}.",
    )


def _redirected(entry: Entry, names: Names) -> Sentence:
    before = entry.data.get("from_organisation")
    told = [f"N'est plus sollicitée : {names.of(before)}."] if before else []
    if targets := [to(names.of(target)) for target in entry.data.get("targets", ())]:
        told.append(f"Désormais adressée {listed(targets)}.")
    if reason := entry.data.get("reason"):
        told.append(f"Motif : {lower(label_of(RedirectReason, reason))}.")
    detail = " ".join(told)
    return Sentence(title="Personne réorientée", word="Réorientée", tone="watch", detail=detail)


def _heard(title: str, word: str, tone: Tone = "neutral") -> Teller:
    """What whoever sent the person is told; the seat and the presence are facts of their own."""

    def tell_it(entry: Entry, names: Names) -> Sentence:
        at = f"Un lieu tenu {by(names.of(entry.data.get('organisation')))} l'a noté."
        return Sentence(title=title, word=word, tone=tone, detail=at)

    return tell_it


def _agreed(entry: Entry, names: Names) -> Sentence:
    return Sentence(
        title=f"Accord de la personne recueilli {by(names.of(entry.data.get('organisation')))}",
        word="Accord",
    )


def _organisation(what: str, word: str, tone: Tone = "neutral") -> "Teller":
    def tell_it(entry: Entry, names: Names) -> Sentence:
        return Sentence(
            title=f"{what} : {names.of(entry.data.get('organisation'))}", word=word, tone=tone
        )

    return tell_it


def _person(entry: Entry, names: Names) -> Sentence:
    return Sentence(
        title=f"Dossier ouvert {by(names.of(entry.data.get('registered_by')))}", word="Ouvert"
    )


def _plain(title: str, word: str) -> Teller:
    """A fact whose kind is all there is to tell."""

    def tell_it(_entry: Entry, _names: Names) -> Sentence:
        return Sentence(title=title, word=word)

    return tell_it


def _unknown(entry: Entry) -> Sentence:
    service = _SERVICES.get(entry.service, entry.service)
    return Sentence(title=f"Fait enregistré par le service {service}", word="Fait")


_TELLERS: Final[Mapping[str, Teller]] = MappingProxyType(
    {
        f.ReferralSent.type: _sent,
        f.ReferralAccepted.type: _accepted,
        f.ReferralRefused.type: _refused,
        f.ReferralCompleted.type: _completed,
        "maillage.referral.redirected.v1": _redirected,
        "maillage.referral.appointment-set.v1": _heard(
            "L'organisation qui oriente apprend le rendez-vous", "Su"
        ),
        "maillage.referral.attended.v1": _heard(
            "L'organisation qui oriente apprend que la personne est venue", "Su", "done"
        ),
        "maillage.referral.missed.v1": _heard(
            "L'organisation qui oriente apprend que la personne n'est pas venue", "Su", "watch"
        ),
        **AT_A_PLACE,
        "maillage.agreement.recorded.v1": _agreed,
        "maillage.organisation.registered.v1": _organisation("Organisation inscrite", "Inscrite"),
        "maillage.organisation.changed.v1": _organisation("Organisation modifiée", "Modifiée"),
        "maillage.organisation.activated.v1": _organisation(
            "Organisation activée", "Active", "done"
        ),
        "maillage.organisation.suspended.v1": _organisation(
            "Organisation suspendue", "Suspendue", "late"
        ),
        "maillage.organisation.reinstated.v1": _organisation(
            "Organisation rétablie", "Active", "done"
        ),
        "maillage.person.registered.v1": _person,
        "maillage.programme.opened.v1": _plain("Programme de pass ouvert", "Ouvert"),
        "maillage.order.placed.v1": _plain("Pass commandés", "Commandés"),
        "maillage.order.funded.v1": _plain("Commande de pass payée", "Payée"),
        "maillage.order.delivered.v1": _plain("Carnets de pass livrés", "Livrés"),
        "maillage.order.activated.v1": _plain("Pass mis en valeur", "En valeur"),
        "maillage.label.granted.v1": _plain("Un lieu accepte désormais les pass", "Accepte"),
        "maillage.label.withdrawn.v1": _plain("Un lieu n'accepte plus les pass", "N'accepte plus"),
        "maillage.settlement.drawn-up.v1": _plain("Décompte établi pour un lieu", "Établi"),
        "maillage.statement.issued.v1": _plain("État des pass non utilisés établi", "Établi"),
        "maillage.submission.refused.v1": _organisation("Envoi illisible", "Refusé", "late"),
    }
)
