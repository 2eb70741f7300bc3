"""The département brings an order to its value by pages alone, two persons at it."""

from uuid import UUID

import pytest

from tests.vouchers.test_api import Site, site
from tests.vouchers.test_pages import HTML, look, read
from vouchers.domain.ledger import AccountKind as Account

__all__ = ["site"]  # the fixture


async def press(site: Site, path: str, who: str, number: int) -> tuple[int, str]:
    answer = await site.client.post(
        path, data={"act": str(UUID(int=number))}, headers=HTML | site.headers(who, "department")
    )
    return answer.status_code, read(answer.text)


async def orders(site: Site, query: str = "") -> str:
    return await look(site, f"/orders{query}", role="department", of="departement")


async def test_two_persons_activate_an_order_by_its_page(site: Site) -> None:
    world = site.world
    await world.open_programme()
    order = await world.place_order(2)
    await world.pay(order, 10_000)
    await world.deliver(order, caf=2)

    before = await orders(site)
    proposed, _ = await press(site, f"/orders/{order}/activation", "claire", 1)
    [row] = await world.rows("SELECT id FROM activation")
    approval = f"/orders/activation/{row['id']}/approval"
    own, said = await press(site, approval, "claire", 2)
    waiting = await orders(site, "?done=propose")
    approved, _ = await press(site, approval, "bruno", 3)
    after = await orders(site, "?done=activation")

    assert "Financée et livrée : commande de 2 carnets pour Departement (Creuse)" in before
    assert (proposed, own, approved) == (303, 403, 303)
    assert "Une autre personne doit approuver" in said
    assert "1 proposition attend une seconde personne" in waiting
    assert "Proposer l'activation" not in waiting
    assert "Les carnets sont activés" in after
    assert "100,00 € activée" in after
    assert (await world.balances())[Account.BOOKLET] == 10_000


@pytest.mark.parametrize(("role", "status"), [("auditor", 200), ("professional", 403)])
async def test_an_auditor_reads_orders_and_a_place_does_not(
    site: Site, role: str, status: int
) -> None:
    await site.world.open_programme()
    await site.world.place_order(1)

    answer = await site.client.get("/orders", headers=HTML | site.headers("ana", role))

    assert answer.status_code == status
    assert "<button" not in answer.text.split("<main", 1)[-1].split("</main", 1)[0]
