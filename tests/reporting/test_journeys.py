"""One journey over HTTP: its steps, who may see them, and the page that tells them."""

from datetime import timedelta
from uuid import UUID

import pytest

from contracts.codes import Outcome, RefusalReason
from tests.reporting.site import Site
from tests.reporting.telling import (
    CAF,
    MAIRIE,
    START,
    TELA,
    Referral,
    a_department,
    named,
    organisation,
)

HOUR = timedelta(hours=1)
EVERYTHING = ("department", "coordinator", "auditor", "administrator")
OWN = ("professional", "partner-administrator", "mediator", "protection-officer")
STARTS = ("/v1/journeys", "/journeys")
OUTSIDER = named("an outsider")


async def test_a_journey_is_its_facts_by_when_they_happened(site: Site) -> None:
    referral = Referral("one")
    sent = referral.sent(START, learnt=START + HOUR)
    accepted = referral.accepted(TELA, START + 2 * HOUR)
    completed = referral.completed(TELA, START + 5 * HOUR, Outcome.AUTONOMOUS)
    # Learnt last though it happened before: another target's refusal.
    refused = referral.refused(CAF, START + HOUR, RefusalReason.SESSION_FULL)
    await site.happen([sent, referral.verdict(START), accepted, completed, refused])

    answer = await site.get(f"/v1/journeys/{referral.journey}", site.as_("department"))

    assert answer.status_code == 200
    assert answer.json() == {
        "correlation_id": str(referral.journey),
        "steps": [
            {
                "event_id": event.id,
                "type": event.type,
                "service": "referrals",
                "happened_at": event.time.isoformat().replace("+00:00", "Z"),
                "recorded_at": (event.recordedtime or START).isoformat().replace("+00:00", "Z"),
                "subject": str(referral.id),
            }
            for event in (sent, refused, accepted, completed)
        ],
    }


@pytest.mark.parametrize("role", EVERYTHING)
async def test_these_roles_see_every_journey(site: Site, role: str) -> None:
    referral = Referral("one")
    await site.happen([referral.sent(START)])

    answer = await site.get(
        f"/v1/journeys/{referral.journey}", site.as_(role, organisation=OUTSIDER)
    )

    assert answer.status_code == 200


@pytest.mark.parametrize(
    ("organisation_id", "sees"),
    [(CAF, True), (TELA, True), (MAIRIE, False), (OUTSIDER, False), (None, False)],
)
async def test_an_organisation_sees_only_journeys_in_which_it_takes_part(
    site: Site, organisation_id: UUID | None, *, sees: bool
) -> None:
    """Crossing: each role of an organisation, and machines without any, at each of the doors."""
    referral = Referral("one", sender=CAF, targets=(TELA,))
    await site.happen([referral.sent(START), referral.verdict(START)])
    doors = [f"{start}/{referral.journey}{end}" for start in STARTS for end in ("", "/live")]

    answered = {
        (role, door): await _status(site, door, site.as_(*role, organisation=organisation_id))
        for role in ((), *((each,) for each in OWN))
        for door in doors
    }

    assert set(answered.values()) == {200 if sees else 404}


async def test_a_journey_that_is_not_yours_is_answered_like_one_that_is_not(site: Site) -> None:
    referral = Referral("one")
    await site.happen([referral.sent(START)])
    stranger = site.as_("professional", organisation=MAIRIE)

    answers = [
        await site.get(path, stranger)
        for path in (
            f"/v1/journeys/{referral.journey}",
            f"/v1/journeys/{named('no such journey')}",
            "/v1/journeys/no-uuid",
            f"/v1/journeys/{referral.id}",
        )
    ]

    assert {answer.status_code for answer in answers} == {404}
    assert len({answer.text for answer in answers}) == 1
    assert answers[0].json()["code"] == "unknown-journey"


async def test_a_journey_known_by_its_verdict_alone_is_not_yet_one(site: Site) -> None:
    referral = Referral("one")
    await site.happen([referral.verdict(START)])

    answer = await site.get(f"/v1/journeys/{referral.journey}", site.as_("department"))

    assert answer.status_code == 404


@pytest.mark.parametrize(
    "path",
    [
        f"/v1/journeys/{named('x')}",
        f"/v1/journeys/{named('x')}/live",
        "/v1/figures",
        "/v1/figures/referrals-sent/events",
    ],
)
async def test_without_a_token_there_is_nothing(site: Site, path: str) -> None:
    answer = await site.get(path, {})

    assert answer.status_code == 401
    assert answer.json()["code"] == "token-missing"


async def test_a_person_is_sent_to_sign_in_and_comes_back(site: Site) -> None:
    answer = await site.page(f"/journeys/{named('x')}", {})

    assert answer.status_code == 303
    assert answer.headers["location"].startswith("http://issuer.test/sign-in?next=")


async def test_a_step_never_shows_a_person_not_even_as_its_subject(site: Site) -> None:
    referral = Referral("one")
    await site.happen([referral.person_registered(START), referral.sent(START)])

    answer = await site.get(f"/v1/journeys/{referral.journey}", site.as_("department"))

    assert [step["subject"] for step in answer.json()["steps"]] == [None, str(referral.id)]
    assert str(referral.person) not in answer.text


async def test_the_page_tells_who_did_what_and_when_in_french(site: Site) -> None:
    referral = Referral("one", sender=CAF, targets=(TELA, MAIRIE))
    await site.happen(
        [
            *(*organisation(CAF), *organisation(TELA), *organisation(MAIRIE)),
            referral.person_registered(START - HOUR),
            referral.sent(START, learnt=START + 26 * HOUR),
            referral.refused(MAIRIE, START + HOUR, RefusalReason.SESSION_FULL),
            referral.accepted(TELA, START + 2 * HOUR),
            referral.completed(TELA, START + 3 * HOUR, Outcome.AUTONOMOUS),
        ]
    )

    answer = await site.page(f"/journeys/{referral.journey}", site.as_("department"))

    page = answer.text.replace("\xa0", " ")
    assert answer.status_code == 200
    told = [
        "Dossier ouvert par la CAF de la Creuse",
        "Orientation envoyée par la CAF de la Creuse",
        "mardi 1er septembre 2026, 10 h",
        "Adressée à Tela et à la Mairie de Guéret.",
        "Appris le mercredi 2 septembre 2026, 12 h.",
        "Refusée par la Mairie de Guéret",
        "Motif : session complète.",
        "Acceptée par Tela",
        "Terminée : autonome",
    ]
    assert [words for words in told if words not in page] == []
    assert [page.index(words) for words in told] == sorted(page.index(words) for words in told)
    assert page.count("Appris le mer") == 1
    assert str(referral.person) not in page


async def test_the_search_leads_to_the_journey(site: Site) -> None:
    journey = named("journey-x")

    found = await site.page(f"/journeys?reference=%20{journey}", site.as_("department"))
    lost = await site.page("/journeys?reference=CAF-1", site.as_("department"))

    assert (found.status_code, found.headers["location"]) == (303, f"/journeys/{journey}")
    assert lost.status_code == 404
    assert "Nous ne trouvons pas de parcours" in lost.text


async def test_no_page_shows_a_person(site: Site) -> None:
    events = a_department()
    await site.happen(events)
    people = {event.datasubject for event in events if event.datasubject}
    paths = ["/", *(f"/journeys/{event.correlationid}" for event in events if event.correlationid)]

    pages = [await site.page(path, site.as_("department")) for path in paths]

    assert {page.status_code for page in pages} == {200}
    assert [person for person in people for page in pages if person in page.text] == []


async def _status(site: Site, path: str, who: dict[str, str]) -> int:
    async with site.follow(path, who) as answer:
        status: int = answer.response.status_code
        return status
