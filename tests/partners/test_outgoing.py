"""Facts told on: who hears what of a referral on its own topic, and what never goes out."""

import asyncio
from dataclasses import replace
from typing import Any
from uuid import uuid4

import pytest

from contracts.topics import partner_out
from tests.partners.story import CORRELATION, GUERET, Story
from tests.partners.world import Partner, World, event, verdict_of

SMALL, SMALLS_EPCI = "23003", "200044014"
"""Alleyrat has 144 inhabitants."""


async def test_the_sender_hears_every_answer_under_its_own_words(
    story: Story, world: World, caf: Partner, tela: Partner
) -> None:
    story.submission = (await caf.post(event())).json()["submission"]
    (known_as,) = await story.introduce(caf)
    other = uuid4()
    facts = [
        story.sent(targets=[str(tela.id), str(other)]),
        story.answer("accepted", tela.id, 2),
        story.answer("refused", other, 3, reason="session_full"),
        story.answer("completed", tela.id, 4, outcome="autonomous"),
    ]

    await story.take(*facts)

    told = await story.told(caf)
    base = {"referral": str(story.referral), "partner_reference": "DOSSIER-1"}
    assert [each.event.data for each in told] == [
        {**base, "organisation": str(tela.id)},
        {**base, "organisation": str(other), "reason": "session_full"},
        {**base, "organisation": str(tela.id), "outcome": "autonomous"},
    ]
    assert [each.event.type for each in told] == [each.type for each in facts[1:]]
    assert [each.event.time for each in told] == [each.time for each in facts[1:]]
    assert [each.event.causationid for each in told] == [each.id for each in facts[1:]]
    assert {each.key for each in told} == {str(story.referral)}
    for each in told:
        assert each.event.source == "/partners"
        assert each.event.correlationid == CORRELATION
        assert each.event.datasubject == str(known_as)
        assert each.event.extensions == {"submission": story.submission}
        assert each.event.sequence is None
        assert each.event.dataschema == f"urn:maillage:schema:{each.event.type}:1"
    assert {each.event.id for each in told}.isdisjoint(each.id for each in facts)
    (metric,) = world.here.metrics.outgoing_facts_total.collect()
    counted = {each.labels["type"]: each.value for each in metric.samples if "total" in each.name}
    assert counted == {each.type: 1 for each in facts[1:]}


async def test_a_target_hears_what_it_is_asked_and_of_nobody_else(
    story: Story, caf: Partner, tela: Partner, youth: Partner
) -> None:
    story.sender, story.targets = tela, (caf.id, youth.id)
    known_as = dict(zip(["caf", "mission-locale"], await story.introduce(caf, youth), strict=True))

    await story.take(
        story.sent(level="beginner", due_on="2026-04-15"),
        story.answer("accepted", youth.id, 2),
        story.answer("refused", caf.id, 3, reason="session_full"),
        story.answer("completed", youth.id, 4, outcome="autonomous"),
    )

    for target in (caf, youth):
        (told,) = await story.told(target)
        assert told.event.type == "maillage.referral.sent.v1"
        assert told.event.data == {
            "referral": str(story.referral),
            "sender": str(tela.id),
            "person": str(known_as[target.slug]),
            "targets": [str(target.id)],
            "need": "email",
            "urgency": "ordinary",
            "due_on": "2026-04-15",
            "level": "beginner",
            "commune": GUERET,
            "birth_band": "1950-1959",
        }
        assert (told.key, told.event.sequence) == (str(story.referral), None)
        assert told.event.datasubject == str(known_as[target.slug])
        assert told.event.extensions == {}


async def test_an_organisation_without_a_topic_is_told_nothing(
    story: Story, caf: Partner, tela: Partner
) -> None:
    story.sender = tela

    await story.take(story.sent(), story.answer("accepted", tela.id, 2))

    assert await story.told(caf) == []
    assert await story.told(tela) == []
    assert await story.aside() == []


@pytest.mark.parametrize(
    ("commune", "told"),
    [
        (GUERET, {"commune": GUERET}),
        (SMALL, {"epci": SMALLS_EPCI}),
        ("75056", {}),
        (None, {}),
    ],
    ids=["large", "small", "not-in-the-register", "unknown"],
)
async def test_a_small_commune_is_told_as_its_epci(
    story: Story, youth: Partner, commune: str | None, told: dict[str, str]
) -> None:
    story.targets = (youth.id,)
    await story.introduce(youth)

    await story.take(story.sent(commune=commune))

    (one,) = await story.told(youth)
    places = {name: one.event.data[name] for name in ("commune", "epci") if name in one.event.data}
    assert places == told


async def test_facts_wait_until_it_is_known_how_the_organisation_knows_the_person(
    story: Story, caf: Partner, tela: Partner
) -> None:
    await story.take(
        story.sent(),
        story.answer("accepted", tela.id, 2),
        story.answer("completed", tela.id, 3, outcome="autonomous"),
    )
    waiting, before = await story.aside(), await story.kinds(caf)

    (known_as,) = await story.introduce(caf)

    assert waiting == [("waiting", "waiting"), ("waiting", "follower")]
    assert before == []
    assert await story.kinds(caf) == ["accepted", "completed"]
    assert {each.event.datasubject for each in await story.told(caf)} == {str(known_as)}
    assert await story.aside() == []


async def test_nobody_is_told_twice_when_one_of_the_targets_had_to_be_waited_for(
    story: Story, caf: Partner, tela: Partner, youth: Partner
) -> None:
    story.sender, story.targets = tela, (caf.id, youth.id)
    await story.introduce(caf)
    sent = story.sent()
    await story.take(sent)
    before = await story.kinds(caf)

    await story.introduce(youth)

    assert before == []
    for target in (caf, youth):
        (told,) = await story.told(target)
        assert told.event.causationid == sent.id


async def test_facts_and_the_id_they_need_may_come_at_the_same_time(
    story: Story, caf: Partner, tela: Partner
) -> None:
    for _ in range(15):
        one = Story(story.world, story.consumers, caf, (tela.id,))
        await one.take(one.sent())

        await asyncio.gather(
            one.take(
                one.answer("accepted", tela.id, 2),
                one.answer("completed", tela.id, 3, outcome="autonomous"),
            ),
            one.introduce(caf),
        )

        told = [each for each in await one.told(caf) if each.key == str(one.referral)]
        assert [each.event.type.split(".")[2] for each in told] == ["accepted", "completed"]
    assert await story.aside() == []


async def test_another_organisations_id_or_another_person_ends_no_waiting(
    story: Story, caf: Partner, tela: Partner, youth: Partner
) -> None:
    await story.take(story.sent(), story.answer("accepted", tela.id, 2))

    await story.introduce(tela, youth)
    await Story(story.world, story.consumers, caf, ()).introduce(caf)

    assert await story.kinds(caf) == []
    assert await story.aside() == [("waiting", "waiting")]


async def test_a_suspended_organisation_is_told_nothing_until_it_is_back(
    story: Story, world: World, caf: Partner, tela: Partner, youth: Partner
) -> None:
    story.targets = (tela.id, youth.id)
    await story.introduce(caf, youth)
    for slug in ("caf", "mission-locale"):
        await world.step(slug, "suspend", reason="security")
    await story.take(story.sent(), story.answer("accepted", tela.id, 2))
    suspended = await story.kinds(caf), await story.kinds(youth)

    await world.step("caf", "reinstate")
    await story.take(story.answer("completed", tela.id, 3, outcome="autonomous"))

    assert suspended == ([], [])
    assert await story.kinds(caf) == ["completed"]
    assert await story.aside() == []


async def test_a_fact_delivered_again_is_told_once(
    story: Story, caf: Partner, tela: Partner
) -> None:
    await story.introduce(caf)
    facts = [story.sent(), story.answer("accepted", tela.id, 2)]

    await story.take(*facts)
    first = await story.told(caf)
    await story.take(*facts, facts[1])

    assert len(first) == 1
    assert [each.event.id for each in await story.told(caf)] == [first[0].event.id]


async def test_facts_that_overtake_each_other_are_told_in_their_order(
    story: Story, caf: Partner, tela: Partner
) -> None:
    await story.introduce(caf)
    taken = story.answer("accepted", tela.id, 2)
    await story.take(story.sent(), story.answer("completed", tela.id, 3, outcome="autonomous"))
    early = await story.kinds(caf)

    await story.take(taken)

    assert early == []
    assert await story.kinds(caf) == ["accepted", "completed"]


@pytest.mark.parametrize("first", ["verdict", "facts"])
async def test_the_reference_does_not_depend_on_when_the_verdict_comes(
    story: Story, caf: Partner, tela: Partner, first: str
) -> None:
    story.submission = (await caf.post(event())).json()["submission"]
    await story.introduce(caf)
    verdict = verdict_of(caf, story.submission, subject=str(story.referral))
    facts = [story.sent(), story.answer("accepted", tela.id, 2)]

    await story.take(*([verdict, *facts] if first == "verdict" else [*facts, verdict]))

    (told,) = await story.told(caf)
    assert told.event.data["partner_reference"] == "DOSSIER-1"
    assert (await caf.submission(story.submission))["state"] == "accepted"


async def test_what_a_colleague_sent_by_the_form_has_no_reference(
    story: Story, caf: Partner, tela: Partner
) -> None:
    await story.introduce(caf)

    await story.take(story.sent(), story.answer("accepted", tela.id, 2))

    (told,) = await story.told(caf)
    assert "partner_reference" not in told.event.data
    assert told.event.extensions == {}


async def test_the_reference_of_another_organisation_is_never_told(
    story: Story, caf: Partner, tela: Partner
) -> None:
    story.submission = (await tela.post(event())).json()["submission"]
    await story.introduce(caf)

    await story.take(story.sent(), story.answer("accepted", tela.id, 2))

    (told,) = await story.told(caf)
    assert "partner_reference" not in told.event.data
    assert told.event.extensions == {}


async def test_of_a_referral_sent_before_facts_were_told_nobody_hears(
    story: Story, caf: Partner, tela: Partner
) -> None:
    await story.introduce(caf)

    await story.take(story.answer("accepted", tela.id, 2))

    assert await story.told(caf) == []
    assert await story.aside() == []


async def test_the_id_used_inside_never_goes_out_and_an_erasure_finds_every_row(
    story: Story, world: World, caf: Partner, tela: Partner, youth: Partner
) -> None:
    story.targets = (tela.id, youth.id)
    story.submission = (await caf.post(event())).json()["submission"]
    known_as = await story.introduce(caf, youth)
    await story.take(
        story.sent(name="Odile Exemplaire"),
        story.answer("accepted", tela.id, 2, message="Odile Exemplaire vient mardi."),
        story.answer("refused", youth.id, 3, reason="session_full"),
        story.answer("completed", tela.id, 4, outcome="autonomous"),
    )

    rows = await world.rows(
        "SELECT topic, data_subject, headers::text || convert_from(value, 'UTF8') AS text "
        "FROM outbox WHERE topic LIKE 'partner.%.out.v1' ORDER BY seq"
    )
    (kept,) = await world.rows("SELECT * FROM referral")

    assert [row["topic"] for row in rows] == [
        partner_out("mission-locale"),
        *[partner_out("caf")] * 3,
    ]
    out = "\n".join(row["text"] for row in rows)
    assert str(story.person) not in out
    assert "Odile" not in out
    assert {row["data_subject"] for row in rows} == {str(each) for each in known_as}
    (to_youth, *to_caf) = [row["text"] for row in rows]
    assert str(known_as[0]) not in to_youth
    assert str(tela.id) not in to_youth
    assert all(str(known_as[1]) not in each for each in to_caf)
    assert (kept["sender"], kept["targets"]) == (caf.id, [tela.id, youth.id])
    assert (kept["person"], kept["data_subject"]) == (story.person, str(story.person))
    assert (str(kept["correlation"]), str(kept["submission"])) == (CORRELATION, story.submission)


@pytest.mark.parametrize("name", ["referral", "sender", "person", "targets", "need", "urgency"])
async def test_a_sending_that_breaks_the_contract_is_poison(
    story: Story, youth: Partner, name: str
) -> None:
    story.targets = (youth.id,)
    await story.introduce(youth)
    sent = story.sent()

    await story.take(
        replace(sent, data={key: value for key, value in sent.data.items() if key != name})
    )

    assert await story.aside() == [("parked", "unreadable")]
    assert await story.told(youth) == []


@pytest.mark.parametrize(
    "changes",
    [{"correlationid": None}, {"extensions": {"submission": "DOSSIER-1"}}],
    ids=["no-journey", "no-submission"],
)
async def test_attributes_that_break_the_contract_are_poison(
    story: Story, changes: dict[str, Any]
) -> None:
    await story.take(replace(story.sent(), **changes))

    assert await story.aside() == [("parked", "unreadable")]
