"""After the grace what nobody used expires, and is stated funder by funder."""

import asyncio
from uuid import UUID

import pytest

from tests.timing import eventually
from tests.vouchers.test_api import Site, site
from tests.vouchers.test_pages import HTML, look, read
from tests.vouchers.test_past import hand_over, last_year
from tests.vouchers.world import World, inbox
from vouchers.application.acts import RefusedError
from vouchers.application.orders import Approve
from vouchers.application.statements import approve_statement
from vouchers.domain.ledger import AccountKind as Account

__all__ = ["site"]  # the fixture


async def used_once(world: World) -> None:
    """Two booklets of five between three funders: one voucher used, one only held."""
    await world.open_programme(parts=(1, 1, 1))
    await world.stock(caf=2)
    await world.label()
    await world.issue()
    await world.tell(world.booked("rdv"), world.attended("rdv"), world.booked("second"))


async def test_what_is_left_expires_to_the_cent(world: World) -> None:
    await used_once(world)
    world.pass_grace()

    await world.state_unused()

    [told] = await world.facts("statement.issued")
    [redeemed] = await world.facts("voucher.redeemed")
    data = told["data"]
    assert (data["vouchers"], data["cents"], data["on"]) == (9, 9000, "2027-02-15")
    shares = {each["funder"]: each["cents"] for each in data["split"]}
    used = {each["funder"]: each["cents"] for each in redeemed["data"]["split"]}
    [activated] = await world.facts("order.activated")
    whole = {each["funder"]: each["cents"] for each in activated["data"]["split"]}
    assert {funder: shares[funder] + used[funder] for funder in shares} == whole
    assert sum(shares.values()) == 9000
    balances = await world.balances()
    assert (balances[Account.BOOKLET], balances[Account.HELD]) == (0, 0)
    assert (balances[Account.EXPIRED], balances[Account.DUE]) == (9000, 1000)
    [released] = await world.facts("booklet.hold-released")
    assert released["data"]["reason"] == "expired"
    assert await world.broken() == []


async def test_a_programme_all_used_states_nothing(world: World) -> None:
    await world.open_programme(size=1)
    await world.stock(size=1, caf=1)
    await world.label()
    await world.issue()
    await world.tell(world.attended("rdv", sequence=1))
    world.pass_grace()

    await world.state_unused()

    [told] = await world.facts("statement.issued")
    assert (told["data"]["vouchers"], told["data"]["cents"]) == (0, 0)
    assert [each["cents"] for each in told["data"]["split"]] == [0, 0, 0]


async def test_nothing_expires_before_the_grace_is_over(world: World) -> None:
    await used_once(world)

    with pytest.raises(RefusedError, match="grace-running"):
        await world.propose_statement()


async def test_one_statement_a_programme_by_two_persons(world: World) -> None:
    await used_once(world)
    world.pass_grace()
    proposal = await world.propose_statement()

    with pytest.raises(RefusedError, match="statement-proposed"):
        await world.propose_statement(by="bruno")
    with pytest.raises(RefusedError, match="same-person"):
        await world.do(approve_statement, Approve(act=world.act(), proposal=proposal))
    await world.do(approve_statement, Approve(act=world.act("bruno"), proposal=proposal))
    with pytest.raises(RefusedError, match="statement-closed"):
        await world.do(approve_statement, Approve(act=world.act("dora"), proposal=proposal))
    with pytest.raises(RefusedError, match="statement-closed"):
        await world.propose_statement()


async def test_a_presence_learnt_after_the_statement_pays_nothing(world: World) -> None:
    await used_once(world)
    world.pass_grace()
    await world.state_unused()

    await world.tell(world.attended("second"), world.attended("third", sequence=1))

    refused = await world.facts("redemption.refused")
    assert [each["data"]["reason"] for each in refused] == ["statement-closed"] * 2
    assert (await world.balances())[Account.DUE] == 1000
    assert await world.broken() == []


async def test_what_was_redeemed_before_is_settled_after(world: World) -> None:
    await used_once(world)
    world.pass_grace()
    await world.state_unused()

    await world.draw_up()

    assert (await world.balances())[Account.SETTLED] == 1000
    assert await world.broken() == []


async def test_a_presence_corrected_after_the_statement_brings_no_voucher_back(
    world: World,
) -> None:
    await used_once(world)
    world.pass_grace()
    await world.state_unused()

    await world.tell(world.attended("rdv", sequence=3, kind="corrected", status="missed"))

    balances = await world.balances()
    assert (balances[Account.BOOKLET], balances[Account.DUE]) == (0, 0)
    assert balances[Account.EXPIRED] == 10_000
    assert len(await world.rows("SELECT FROM statement_line")) == 9
    assert await world.broken() == []


async def test_nothing_is_activated_nor_handed_over_afterwards(world: World) -> None:
    await used_once(world)
    order = await world.place_order(1)
    await world.pay(order, 5000, number="late")
    await world.deliver(order, caf=1)
    world.pass_grace()
    await world.state_unused()

    with pytest.raises(RefusedError, match="statement-closed"):
        await world.activate(order)
    at = world.clock.now().replace(year=2026)
    with pytest.raises(RefusedError, match="statement-closed"):
        await world.issue("marcel", at=at, history=True)


async def test_presences_and_the_statement_at_once_leave_the_ledger_sound(world: World) -> None:
    """Whichever comes first: a voucher is used or stated, never both, and nothing hangs."""
    count = 12
    await world.ready(count)
    people = [f"person-{number}" for number in range(count)]
    for person in people:
        await world.issue(person)
        await world.tell(world.booked(f"rdv-{person}", person))
    world.pass_grace()
    proposal = await world.propose_statement()

    async def attend(person: str) -> None:
        reader = inbox("vouchers.scheduling", world.database)
        await reader.take([world.attended(f"rdv-{person}", person)])

    approve = Approve(act=world.act("bruno"), proposal=proposal)
    await asyncio.gather(
        *(attend(person) for person in people[: count // 2]),
        world.do(approve_statement, approve),
        *(attend(person) for person in people[count // 2 :]),
    )

    redeemed = await world.facts("voucher.redeemed")
    refused = await world.facts("redemption.refused")
    [told] = await world.facts("statement.issued")
    assert len(redeemed) + len(refused) == count
    assert told["data"]["vouchers"] == count * 5 - len(redeemed)
    assert told["data"]["cents"] == told["data"]["vouchers"] * 1000
    assert await world.rows("SELECT FROM set_aside") == []
    assert await world.broken() == []


async def test_a_presence_that_waits_for_the_statement_finds_its_hold_gone(world: World) -> None:
    """What it read of the hold before it waited is no longer so: it is decided anew."""
    await used_once(world)
    world.pass_grace()
    approve = Approve(act=world.act("bruno"), proposal=await world.propose_statement())

    async with world.database.transaction() as tx:
        await approve_statement(tx, approve)
        presence = asyncio.create_task(world.tell(world.attended("second")))
        await eventually(lambda: waits_for_a_lock(world), within_s=30)
    await presence

    [refused] = await world.facts("redemption.refused")
    assert refused["data"]["reason"] == "statement-closed"
    assert await world.rows("SELECT FROM set_aside") == []
    assert await world.broken() == []


async def waits_for_a_lock(world: World) -> bool:
    waiting = """
        SELECT FROM pg_locks JOIN pg_stat_activity USING (pid)
        WHERE NOT granted AND datname = current_database()
    """
    return bool(await world.rows(waiting))


async def test_a_year_ends_over_http_with_the_dates_of_then(site: Site) -> None:
    await last_year(site)
    await hand_over(site, at="2025-03-11T10:00:00+01:00")
    path = "/v1/programmes/01989000-0000-7000-8000-000000000a01/statement"
    body = {"at": "2026-01-31T23:00:00+01:00"}

    early = await site.post(path, body, scope="history")
    body = {"at": "2026-02-01T00:00:00+01:00"}
    proposal = (await site.made(path, body, scope="history"))["proposal"]
    approval = f"/v1/statements/{proposal}/approval"
    own = await site.post(approval, body, scope="history")
    await site.made(approval, body, scope="history", who="bruno")

    listed = await site.client.get("/v1/statements", headers=site.headers("ana", "auditor"))
    counts = await site.client.get("/v1/counts", headers=site.headers("ana", "auditor"))
    [statement] = listed.json()
    [told] = await site.world.facts("statement.issued")
    assert (early.status_code, early.json()["code"]) == (409, "grace-running")
    assert (own.status_code, own.json()["code"]) == (403, "same-person")
    assert (statement["vouchers"], statement["cents"]) == (10, 10_000)
    assert (told["data"]["on"], told["time"][:10]) == ("2026-02-01", "2026-01-31")
    assert counts.json()["counts"]["cents_unused"] == 10_000
    assert counts.json()["counts"]["vouchers_unused"] == 10


async def test_two_persons_state_it_on_the_page(site: Site) -> None:
    await last_year(site)
    programme = "01989000-0000-7000-8000-000000000a01"

    async def press(path: str, who: str, number: int, **form: str) -> tuple[int, str]:
        answer = await site.client.post(
            path,
            data={"act": str(UUID(int=number)), **form},
            headers=HTML | site.headers(who, "department"),
        )
        return answer.status_code, read(answer.text)

    before = await look(site, "/statements", role="department", of="departement")
    proposed, _ = await press("/statements", "claire", 1, programme=programme)
    [row] = await site.world.rows("SELECT id FROM statement")
    path = f"/statements/{row['id']}/approval"
    refused, said = await press(path, "claire", 2)
    approved, _ = await press(path, "bruno", 3)
    after = await look(site, "/statements?done=issue", role="auditor", of="departement")

    assert "le délai de grâce a pris fin le samedi 31 janvier 2026" in before
    assert (proposed, refused, approved) == (303, 403, 303)
    assert "Une autre personne doit approuver" in said
    assert "10 pass non utilisés, soit 100,00 €" in after
    assert "Proposer l'état" not in after


async def test_the_statements_are_no_business_of_a_place(site: Site) -> None:
    answer = await site.client.get(
        "/statements", headers=HTML | site.headers("luc", "professional", of="tela")
    )

    assert answer.status_code == 403


async def test_a_distributor_is_offered_no_booklet_of_a_programme_that_ended(site: Site) -> None:
    await last_year(site)

    page = await look(site, "/hand-over")

    assert "Il ne vous reste aucun carnet" in page
