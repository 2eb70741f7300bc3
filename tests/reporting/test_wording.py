"""French sentences for facts, names and durations."""

from datetime import timedelta

import pytest

from contracts.catalogue import MESSAGES
from reporting.domain.figures import COMPLETED, REFUSED, SENT
from reporting.domain.journeys import Entry
from reporting.entrypoints import names, wording
from reporting.entrypoints.place_words import AT_A_PLACE
from reporting.entrypoints.sentences import Names
from tests.reporting.telling import START, TELA


@pytest.mark.parametrize(
    ("name", "by", "to"),
    [
        ("CAF de la Creuse", "par la CAF de la Creuse", "à la CAF de la Creuse"),
        ("Mission locale", "par la Mission locale", "à la Mission locale"),
        (
            "Département de la Creuse",
            "par le Département de la Creuse",
            "au Département de la Creuse",
        ),
        ("CCAS de Guéret", "par le CCAS de Guéret", "au CCAS de Guéret"),
        ("Tiers-lieu Tela", "par le Tiers-lieu Tela", "au Tiers-lieu Tela"),
        ("Association Voisins", "par l'Association Voisins", "à l'Association Voisins"),
        ("Tela", "par Tela", "à Tela"),
        ("La Quincaillerie", "par La Quincaillerie", "à La Quincaillerie"),
        ("« 23 »", "par « 23 »", "à « 23 »"),
        ("une organisation", "par une organisation", "à une organisation"),
    ],
)
def test_a_name_takes_its_article(name: str, by: str, to: str) -> None:
    assert (names.by(name), names.to(name)) == (by, to)


@pytest.mark.parametrize(
    ("parts", "said"),
    [
        (["à A"], "à A"),
        (["à A", "à B"], "à A et à B"),
        (["à A", "à B", "au C"], "à A, à B et au C"),
    ],
)
def test_several_names_are_joined(parts: list[str], said: str) -> None:
    assert names.listed(parts) == said


@pytest.mark.parametrize(
    ("value", "said"),
    [
        (timedelta(seconds=20), "moins d'une minute"),
        (timedelta(minutes=40), "40 minutes"),
        (timedelta(hours=1), "1 heure"),
        (timedelta(hours=37, minutes=5), "1 jour et 13 heures"),
        (timedelta(days=3), "3 jours"),
    ],
)
def test_a_duration_is_said_in_two_units_at_most(value: timedelta, said: str) -> None:
    assert wording.duration(value).replace("\xa0", " ") == said


def test_codes_have_labels_and_an_unknown_one_stays_as_it_is() -> None:
    assert wording.label(REFUSED.code, "session_full") == "Session complète"
    assert wording.label(COMPLETED.code, "wants_no_training") == "Ne souhaite pas se former"
    assert wording.label(REFUSED.code, "newer_than_we") == "newer_than_we"
    assert wording.label(SENT.code, "x") == "x"


@pytest.mark.parametrize("data", [{}, {"organisation": "no-uuid"}, {"targets": []}])
@pytest.mark.parametrize("event_type", [*wording._TELLERS, "maillage.session.scheduled.v1"])  # noqa: SLF001 - every teller there is
def test_every_fact_can_be_told_whatever_it_lacks(event_type: str, data: dict[str, object]) -> None:
    entry = Entry(
        log_seq=1,
        event_id="1",
        type=event_type,
        service="scheduling",
        happened_at=START,
        recorded_at=START,
        subject=None,
        correlation_id=None,
        data=data,
    )

    said = wording.tell(entry, Names({}))

    assert said.title
    assert said.word


@pytest.mark.parametrize(
    ("event_type", "data", "title", "detail"),
    [
        (
            "booking.confirmed",
            {"organisation": str(TELA), "starts_at": "2026-11-24T13:00:00Z"},
            "Place réservée",
            "Séance proposée par Tela, le mardi 24 novembre 2026, 14 h.",
        ),
        (
            "booking.cancelled",
            {"reason": "by_person"},
            "Réservation annulée",
            "Motif : à la demande de la personne.",
        ),
        (
            "attendance.recorded",
            {"organisation": str(TELA), "status": "seen", "title_presented": True},
            "Venue à la séance",
            "Noté par Tela. Un pass a été présenté.",
        ),
        (
            "attendance.corrected",
            {"organisation": str(TELA), "status": "missed"},
            "Présence corrigée : n'a pas pu venir à la séance",
            "Corrigé par Tela.",
        ),
        (
            "visit.recorded",
            {"organisation": str(TELA), "minutes": 20},
            "Passage sans rendez-vous",
            "Accueil par Tela (20 minutes).",
        ),
        ("booklet.issued", {"face_cents": 5_000}, "Carnet de pass remis : 50,00 €", ""),
        (
            "voucher.redeemed",
            {"organisation": str(TELA), "cents": 1_000},
            "Pass utilisé : 10,00 €",
            "Dans un lieu tenu par Tela.",
        ),
        (
            "voucher.reversed",
            {"organisation": str(TELA), "cents": 1_000, "reason": "missed"},
            "Pass rendu à la personne : 10,00 €",
            "Motif : la personne n’était pas venue.",
        ),
    ],
)
def test_what_happens_at_a_place_is_told(
    event_type: str, data: dict[str, object], title: str, detail: str
) -> None:
    entry = Entry(
        log_seq=1,
        event_id="1",
        type=f"maillage.{event_type}.v1",
        service="scheduling",
        happened_at=START,
        recorded_at=START,
        subject=None,
        correlation_id=None,
        data=data,
    )

    said = wording.tell(entry, Names({TELA: "Tela"}))

    told = [text.replace("\xa0", " ").replace("\u202f", " ") for text in (said.title, said.detail)]
    assert told == [title, detail]


def test_what_is_told_of_places_stands_in_the_catalogue() -> None:
    assert [name for name in AT_A_PLACE if name not in {each.type for each in MESSAGES}] == []


def test_the_facts_of_vouchers_are_told_each_in_its_own_words() -> None:
    """None of those that the consortium's dashboard lists is only « a fact of the service »."""
    told = wording._TELLERS  # noqa: SLF001 - every teller there is
    kinds = ("programme", "order", "label", "settlement", "statement", "voucher", "booklet")

    types = [each.type for each in MESSAGES]
    facts = [each for each in types if each.split(".")[1] in kinds]

    assert len(facts) > len(kinds)
    assert [each for each in facts if each not in told] == []
