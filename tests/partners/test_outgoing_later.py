"""What is told of a referral after its first answers: who is asked instead, and who came."""

from uuid import uuid4

from tests.partners.story import Story
from tests.partners.world import Partner


async def test_who_is_asked_later_hears_the_sending_and_the_old_target_that_it_is_over(
    story: Story, caf: Partner, tela: Partner, youth: Partner
) -> None:
    story.targets = (youth.id,)
    known_as = dict(zip(["caf", "mission-locale"], await story.introduce(caf, youth), strict=True))
    other = uuid4()

    await story.take(story.sent(), story.redirected(youth.id, other, tela.id, reason="no_answer"))

    base = {"referral": str(story.referral), "from_organisation": str(youth.id)}
    (to_sender,) = await story.told(caf)
    assert to_sender.event.data == {
        **base,
        "targets": [str(other), str(tela.id)],
        "reason": "no_answer",
    }
    sent, over = await story.told(youth)
    assert sent.event.type == "maillage.referral.sent.v1"
    assert over.event.data == {**base, "reason": "no_answer"}
    assert over.event.datasubject == str(known_as["mission-locale"])


async def test_a_later_target_is_told_what_the_first_were(
    story: Story, caf: Partner, tela: Partner, youth: Partner
) -> None:
    story.sender, story.targets = tela, (caf.id,)
    await story.introduce(caf, youth)
    due_on = "2026-04-15"

    await story.take(story.sent(due_on=due_on), story.redirected(caf.id, youth.id))

    first, over = await story.told(caf)
    (later,) = await story.told(youth)
    own = {"person": later.event.data["person"], "targets": [str(youth.id)]}
    assert later.event.data == {**first.event.data, **own}
    assert later.event.data["due_on"] == due_on
    assert later.event.type == first.event.type
    assert over.event.type == "maillage.referral.redirected.v1"


async def test_the_sender_alone_hears_of_the_appointment_and_whether_the_person_came(
    story: Story, caf: Partner, tela: Partner, youth: Partner
) -> None:
    story.targets = (youth.id,)
    await story.introduce(caf, youth)
    seat = {name: str(uuid4()) for name in ("booking", "session")}
    seat["starts_at"] = "2026-03-17T13:00:00Z"
    heard = [
        ("appointment-set", {**seat, "place": str(uuid4())}),
        ("missed", {**seat, "status": "excused"}),
        ("attended", {**seat, "status": "seen"}),
    ]
    facts = [story.answer(kind, tela.id, at, **said) for at, (kind, said) in enumerate(heard, 2)]

    await story.take(story.sent(), *facts)

    base = {"referral": str(story.referral), "organisation": str(tela.id)}
    assert [each.event.data for each in await story.told(caf)] == [
        {**base, **said} for _, said in heard
    ]
    assert await story.kinds(youth) == ["sent"]
