"""`POST /v1/events`: what is taken in, and how it goes on to its owner."""

import json
from datetime import timedelta
from uuid import UUID

import pytest

from contracts.topics import INTAKE
from tests.partners.world import (
    ACCEPTED,
    ANONYMOUS,
    HERE,
    NOW,
    SENT,
    TARGET,
    Partner,
    World,
    event,
)


async def test_an_event_is_received_with_the_address_of_its_status(caf: Partner) -> None:
    sent = event()

    answer = await caf.post(sent)

    assert answer.status_code == 202
    submission = answer.json()["submission"]
    assert answer.json() == {
        "submission": submission,
        "status_url": f"{HERE}/v1/submissions/{submission}",
    }
    assert answer.headers["location"] == answer.json()["status_url"]
    status = await caf.submission(submission)
    assert status["state"] == "received"
    assert {"reason", "subject", "correlation_id"} <= status.keys()
    assert (status["id"], status["type"]) == (sent["id"], SENT)
    assert status["partner_reference"] == "DOSSIER-1"


async def test_the_command_goes_to_its_owner_stamped_with_organisation_and_submission(
    world: World, caf: Partner
) -> None:
    answer = await caf.post(event(time="2026-03-09T10:00:00+01:00"))
    submission = answer.json()["submission"]

    (command,) = await world.told(INTAKE)

    assert command.key == submission
    assert command.event.type == SENT
    assert command.event.extensions == {
        "organisation": str(caf.id),
        "submission": submission,
    }
    assert command.event.time.isoformat() == "2026-03-09T09:00:00+00:00"
    assert command.event.recordedtime == NOW
    assert command.event.sequence is None
    assert command.event.correlationid is None
    assert command.event.data == {
        "anonymous": {"commune": "23096", "birth_band": "1950-1959"},
        "need": "online_procedures",
        "urgency": "ordinary",
        "targets": [TARGET],
    }


async def test_an_answer_to_a_referral_is_keyed_by_the_referral(
    world: World, tela: Partner
) -> None:
    referral = "019530f0-0000-7000-8000-0000000000aa"

    await tela.post(event(type=ACCEPTED, data={"referral": referral}))

    (command,) = await world.told(INTAKE)
    assert command.key == referral


async def test_binary_mode_says_the_same(caf: Partner) -> None:
    answer = await caf.post(
        ANONYMOUS,
        **{
            "content-type": "application/json",
            "ce-specversion": "1.0",
            "ce-id": "1",
            "ce-source": "/mon-logiciel",
            "ce-type": SENT,
            "ce-time": NOW.isoformat(),
        },
    )
    again = await caf.post(event(id="1"))

    assert answer.status_code == 202
    assert again.json() == answer.json()


async def test_what_a_partner_says_of_organisation_or_history_is_not_believed(
    world: World, caf: Partner
) -> None:
    await caf.post(event(organisation=TARGET, submission=TARGET, history="true", source="/tela"))

    (command,) = await world.told(INTAKE)
    assert command.event.extensions["organisation"] == str(caf.id)
    assert command.event.extensions["submission"] != TARGET
    assert "history" not in command.event.extensions
    assert command.event.source == "/partners"


async def test_the_same_again_gets_the_same_answer_and_has_one_effect(
    world: World, caf: Partner
) -> None:
    sent = event()
    respelt = {**dict(reversed(sent.items())), "time": "2026-03-10T10:00:00+01:00"}

    answers = [await caf.post(each) for each in (sent, sent, respelt)]

    assert [each.status_code for each in answers] == [202, 202, 202]
    assert len({each.text for each in answers}) == 1
    assert len(await world.told(INTAKE)) == 1


async def test_another_content_under_a_used_id_is_a_conflict(world: World, caf: Partner) -> None:
    sent = event()
    first = await caf.post(sent)

    for change in (
        {"time": "2026-03-09T09:00:00Z"},
        {"subject": "else"},
        {"data": {**ANONYMOUS, "need": "email"}},
    ):
        answer = await caf.post({**sent, **change})
        assert (answer.status_code, answer.json()["code"]) == (409, "id-reused")
    assert (await caf.post(sent)).json() == first.json()
    assert len(await world.told(INTAKE)) == 1


async def test_another_source_or_another_organisation_may_use_the_same_id(
    caf: Partner, tela: Partner
) -> None:
    answers = [
        await caf.post(event(id="1")),
        await caf.post(event(id="1", source="/autre")),
        await tela.post(event(id="1")),
    ]

    assert len({each.json()["submission"] for each in answers}) == 3


async def test_a_refused_event_may_be_mended_and_sent_under_the_same_id(caf: Partner) -> None:
    sent = event()

    refused = await caf.post({**sent, "data": {**ANONYMOUS, "need": "coffee"}})
    taken = await caf.post(sent)

    assert (refused.status_code, taken.status_code) == (422, 202)


@pytest.mark.parametrize(
    ("ago", "status"),
    [
        (timedelta(minutes=-4), 202),
        (timedelta(minutes=-6), 422),
        (timedelta(days=44), 202),
        (timedelta(days=46), 422),
    ],
)
async def test_time_lies_in_the_last_45_days(caf: Partner, ago: timedelta, status: int) -> None:
    answer = await caf.post(event(time=(NOW - ago).isoformat()))

    assert answer.status_code == status
    if status == 422:
        assert answer.json()["code"] == "time-out-of-range"


async def test_what_was_taken_in_once_is_answered_the_same_after_45_days_too(
    world: World, caf: Partner
) -> None:
    sent = event()
    first = await caf.post(sent)

    world.clock.advance(timedelta(days=50))
    caf.headers["authorization"] = "Bearer " + await world.token(
        caf.credential["client_id"], caf.credential["client_secret"]
    )

    assert (await caf.post(sent)).json() == first.json()


async def test_history_is_entered_by_a_credential_with_its_scope_and_marked(
    world: World,
) -> None:
    importer = await world.partner("import", scopes=("events", "history"))

    answer = await importer.post(event(time="2024-01-02T09:00:00Z"))

    assert answer.status_code == 202
    (command,) = await world.told(INTAKE)
    assert command.event.extensions["history"] == "true"


async def test_a_token_narrowed_to_events_enters_no_history(world: World) -> None:
    importer = await world.partner("import", scopes=("events", "history"))
    answer = await world.client.post(
        "/oauth2/token",
        data={
            "grant_type": "client_credentials",
            "scope": "events",
            "client_id": importer.credential["client_id"],
            "client_secret": importer.credential["client_secret"],
        },
    )
    importer.headers["authorization"] = f"Bearer {answer.json()['access_token']}"

    refused = await importer.post(event(time="2024-01-02T09:00:00Z"))

    assert refused.json()["code"] == "time-out-of-range"


async def test_a_batch_is_answered_item_by_item_in_its_order(world: World, caf: Partner) -> None:
    one = event()
    batch = [
        one,
        event(type=ACCEPTED, data={"referral": TARGET}),
        {"id": "3"},
        "not an event",
        event(data={**ANONYMOUS, "need": "coffee"}),
        one,
        {**one, "subject": "else"},
        event(id="x" * 70_000),
        event(),
    ]

    answer = await caf.post(batch, **{"content-type": "application/cloudevents-batch+json"})

    assert answer.status_code == 200
    items = answer.json()
    assert [each["status"] for each in items] == [202, 403, 400, 400, 422, 202, 409, 413, 202]
    assert items[0]["submission"] == items[5]["submission"]
    assert items[0]["id"] == one["id"]
    assert items[0]["status_url"].endswith(items[0]["submission"])
    assert items[4]["problem"]["code"] == "schema"
    assert items[4]["problem"]["errors"][0]["pointer"] == "#/data/need"
    assert len(await world.told(INTAKE)) == 2


@pytest.mark.parametrize(
    ("body", "status", "code"),
    [
        (b"{}", 400, "not-an-array"),
        (b"[", 400, "not-json"),
        (json.dumps([event() for _ in range(101)]).encode(), 400, "too-many"),
    ],
    ids=["an object", "half an array", "101 events"],
)
async def test_a_bad_batch_is_refused_whole(
    world: World, caf: Partner, body: bytes, status: int, code: str
) -> None:
    answer = await caf.post(body, **{"content-type": "application/cloudevents-batch+json"})

    assert (answer.status_code, answer.json()["code"]) == (status, code)
    assert await world.told(INTAKE) == []


async def test_a_hundred_events_go_in_one_batch_and_an_empty_one_is_no_error(
    world: World, caf: Partner
) -> None:
    media = {"content-type": "application/cloudevents-batch+json"}

    full = await caf.post([event() for _ in range(100)], **media)
    empty = await caf.post([], **media)

    assert {each["status"] for each in full.json()} == {202}
    assert (empty.status_code, empty.json()) == (200, [])
    assert len({UUID(each.key) for each in await world.told(INTAKE)}) == 100
