"""Organisation A never sees what is organisation B's, and cannot act on it."""

from uuid import uuid4

from contracts.topics import partner_out
from tests.partners.world import Partner, World, event, structured, verdict_of


async def test_another_organisations_submission_is_not_found(
    world: World, caf: Partner, tela: Partner
) -> None:
    submission = (await caf.post(event())).json()["submission"]
    await world.colleague("tela", "nadia", "professional", "coordinator")

    theirs = await tela.get(f"/v1/submissions/{submission}")
    nobodys = await tela.get(f"/v1/submissions/{uuid4()}")
    page = await world.page(f"/submissions/{submission}", "nadia")

    assert (theirs.status_code, nobodys.status_code, page.status_code) == (404, 404, 404)
    assert theirs.json() == nobodys.json()


async def test_lists_hold_ones_own_only(world: World, caf: Partner, tela: Partner) -> None:
    mine = (await caf.post(event())).json()["submission"]
    theirs = (await tela.post(event())).json()["submission"]
    await world.colleague("caf", "claire")

    listed = (await caf.get("/v1/submissions")).json()["items"]
    page = await world.page("/", "claire")

    assert [each["submission"] for each in listed] == [mine]
    assert mine in page.text
    assert theirs not in page.text


async def test_a_cursor_of_another_organisation_shows_nothing_of_it(
    caf: Partner, tela: Partner
) -> None:
    for _ in range(3):
        await caf.post(event())
    cursor = (await caf.get("/v1/submissions?limit=1")).json()["next"]

    answer = await tela.get(f"/v1/submissions?cursor={cursor}")

    assert answer.json() == {"items": [], "next": None}


async def test_an_answer_goes_to_the_senders_own_topic_only(world: World, caf: Partner) -> None:
    locale = await world.partner("mission-locale")
    submission = (await locale.post(event())).json()["submission"]

    await world.decide(locale, submission, subject=str(uuid4()))

    assert [each.topic for each in await world.told() if each.topic.startswith("partner.")] == [
        partner_out("mission-locale")
    ]
    assert (await caf.get("/v1/submissions")).json()["items"] == []


async def test_a_topic_speaks_for_its_own_organisation_whatever_the_event_says(
    world: World, caf: Partner, tela: Partner
) -> None:
    lying = event(source="/partners/tela", organisation=str(tela.id))

    await world.send("caf", structured("caf", lying))

    assert len((await caf.get("/v1/submissions")).json()["items"]) == 1
    assert (await tela.get("/v1/submissions")).json()["items"] == []


async def test_a_verdict_for_another_organisation_answers_nobody(
    world: World, caf: Partner, tela: Partner
) -> None:
    submission = (await caf.post(event())).json()["submission"]

    verdict = verdict_of(tela, submission, subject=str(uuid4()))
    assert verdict.extensions["organisation"] == str(tela.id)
    await world.decide(tela, submission, subject=str(uuid4()))

    assert (await caf.submission(submission))["state"] == "received"


async def test_whoever_acts_for_nobody_has_no_submissions(world: World) -> None:
    answer = await world.client.get("/v1/submissions", headers=world.admin)

    assert (answer.status_code, answer.json()["code"]) == (403, "no-organisation")
