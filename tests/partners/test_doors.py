"""The doors on Kafka, record by record: the same rules as HTTP, and nothing is ever in the way."""

from uuid import uuid4

import pytest

from contracts.topics import INTAKE, PARTNERS, partner_in, partner_out
from tests.partners.hostile import BODY, HOSTILE, NIR, binary
from tests.partners.world import ANONYMOUS, Partner, World, event, raw, structured


async def test_what_cannot_be_taken_in_is_answered_and_passed(world: World, caf: Partner) -> None:
    for offset, hostile in enumerate(HOSTILE):
        await world.send("caf", raw("caf", hostile.value, headers=hostile.headers, offset=offset))

    answers = await world.told(partner_out("caf"))
    found = [
        (each.name, "*" if each.reason == "*" else answer.event.data["reason"])
        for each, answer in zip(HOSTILE, answers, strict=True)
    ]
    assert found == [(each.name, each.reason) for each in HOSTILE]
    assert [each.event.data["offset"] for each in answers] == list(range(len(HOSTILE)))
    assert {each.event.type for each in answers} == {"maillage.submission.refused.v1"}
    assert {each.event.data["door"] for each in answers} == {"kafka"}
    assert {each.event.extensions["organisation"] for each in answers} == {str(caf.id)}
    assert await world.told(INTAKE) == []
    assert await world.rows("SELECT id FROM set_aside") == []


@pytest.mark.usefixtures("caf")
async def test_no_answer_and_no_row_quotes_what_must_not_be_kept(world: World) -> None:
    await world.send(
        "caf",
        *(
            raw("caf", each.value, headers=each.headers, offset=offset)
            for offset, each in enumerate(HOSTILE)
        ),
    )

    told = [str(each.event.data) for each in await world.told()]
    kept = [str(list(row.values())) for row in await world.rows("SELECT * FROM submission")]
    assert len(kept) == len(HOSTILE)
    assert [text for text in (*told, *kept) if "MmeDupont" in text or NIR in text] == []


@pytest.mark.usefixtures("caf")
async def test_the_good_between_the_bad_are_taken_in_in_order(world: World) -> None:
    records = []
    for number, hostile in enumerate(HOSTILE):
        records.append(raw("caf", hostile.value, headers=hostile.headers, offset=2 * number))
        records.append(structured("caf", event(id=f"good-{number}"), offset=2 * number + 1))

    await world.send("caf", *records)

    taken = await world.rows(
        "SELECT event_id FROM submission WHERE identity IS NOT NULL ORDER BY id"
    )
    assert [row["event_id"] for row in taken] == [f"good-{n}" for n in range(len(HOSTILE))]
    assert len(await world.told(INTAKE)) == len(HOSTILE)
    assert len(await world.told(PARTNERS)) == len(HOSTILE)


@pytest.mark.usefixtures("caf")
@pytest.mark.parametrize(
    "headers",
    [
        (("reply_to", b"maillage.referrals.v1"), ("correlation_id", b"x")),
        (("reply_to", None), ("content-encoding", b"\xff")),
        (("", b""), ("traceparent", b"\xff\xff")),
        (("content-type", b"application/cloudevents+json; charset=utf-8"),),
    ],
)
async def test_headers_that_are_not_ours_are_not_read(
    world: World, headers: tuple[tuple[str, bytes | None], ...]
) -> None:
    record = structured("caf", event())

    await world.send("caf", raw("caf", record.value, headers=headers))

    assert [each.topic for each in await world.told()] == [
        *("maillage.directory.v1", "maillage.directory.v1", INTAKE)
    ]


async def test_binary_and_structured_are_the_same_event(world: World, caf: Partner) -> None:
    same = event(id="binary-1", time="2026-03-10T09:00:00Z")

    await world.send(
        "caf",
        raw("caf", BODY, headers=binary(), offset=0),
        structured("caf", same, offset=1),
    )
    answer = await caf.post(same)

    (command,) = await world.told(INTAKE)
    assert command.event.extensions["submission"] == answer.json()["submission"]
    assert await world.told(partner_out("caf")) == []


async def test_another_content_under_a_used_id_is_answered(world: World, caf: Partner) -> None:
    sent = event()
    await caf.post(sent)

    other = {**sent, "data": {**ANONYMOUS, "need": "email"}}
    await world.send("caf", structured("caf", other))

    (out,) = await world.told(partner_out("caf"))
    assert (out.event.data["reason"], out.event.data["event_id"]) == ("id-reused", sent["id"])
    assert out.event.data["partner_reference"] == "DOSSIER-1"
    assert (await caf.submission((await caf.post(sent)).json()["submission"]))[
        "state"
    ] == "received"


@pytest.mark.usefixtures("caf")
async def test_a_record_delivered_twice_is_answered_once(world: World) -> None:
    bad, good = raw("caf", b"hello", offset=7), structured("caf", event(), offset=8)

    await world.send("caf", bad, good)
    await world.send("caf", bad, good)

    assert len(await world.told(partner_out("caf"))) == 1
    assert len(await world.told(INTAKE)) == 1


@pytest.mark.usefixtures("caf")
async def test_a_suspended_organisation_is_answered_so(world: World) -> None:
    await world.step("caf", "suspend", reason="misuse")

    await world.send("caf", structured("caf", event(id="late")))

    (out,) = await world.told(partner_out("caf"))
    assert out.event.data["reason"] == "organisation-not-active"
    assert out.event.data["event_id"] == "late"


async def test_a_colleague_sees_what_their_topic_was_refused(world: World, caf: Partner) -> None:
    await world.send("caf", raw("caf", b"hello", offset=7))

    (shown,) = (await caf.get("/v1/submissions?state=refused")).json()["items"]
    assert (shown["reason"], shown["offset"], shown["id"]) == ("not-json", 7, None)


async def test_a_door_without_its_organisation_keeps_the_record_for_a_person(
    world: World,
) -> None:
    await world.send("caf", structured("caf", event()))

    (row,) = await world.rows("SELECT reason, topic FROM set_aside WHERE state = 'parked'")
    assert (row["reason"], row["topic"]) == ("door-without-organisation", partner_in("caf"))


async def test_history_cannot_be_entered_by_a_topic(world: World) -> None:
    await world.partner("caf", scopes=("events", "history"))

    await world.send("caf", structured("caf", event(time="2024-01-01T00:00:00Z")))

    (out,) = await world.told(partner_out("caf"))
    assert out.event.data["reason"] == "time-out-of-range"


async def test_a_verdict_answers_on_the_topic_by_which_it_came(world: World, caf: Partner) -> None:
    await world.send("caf", structured("caf", event(id="k-1")))
    (row,) = await world.rows("SELECT id FROM submission")

    await world.decide(caf, str(row["id"]), subject=str(uuid4()))

    (out,) = await world.told(partner_out("caf"))
    assert out.event.type == "maillage.intent.accepted.v1"
    assert out.event.data["event_id"] == "k-1"
