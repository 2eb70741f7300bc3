"""A little of everything for the pages to show, and the pages that show it."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from urllib.parse import quote
from uuid import uuid4

from tests.e2e import partner
from tests.e2e.stack import Stack, reporting_fails_on
from tests.timing import eventually

AGREEMENT = {
    "taken_on": "2026-01-05",
    "channel": "in_presence",
    "text_version": "2026-01",
    "scope": "receiving_organisations",
}
ELISE, NEWCOMER = "elise", "marc"
"""One receives what is told; to the other nothing has happened yet."""


@dataclass(frozen=True, kw_only=True)
class Scene:
    """Ids of what was told; `letter` is a dead letter of reporting that awaits a decision."""

    open: str
    taken: str
    closed: str
    journey: str
    accepted: str
    refused: str
    letter: int


@dataclass(frozen=True, kw_only=True)
class View:
    """One page as someone sees it; nobody, where `login` is empty."""

    name: str
    login: str
    service: str
    path: str
    status: int = 200

    def address(self, stack: Stack, scene: Scene) -> str:
        return f"{stack.url(self.service)}{self.path.format(scene=scene)}"


def _views(login: str, service: str, **paths: str) -> list[View]:
    return [
        View(name=name.replace("_", "-"), login=login, service=service, path=path)
        for name, path in paths.items()
    ]


VIEWS = (
    *_views("", "partners", sign_in="/sign-in", accessibility="/accessibilite"),
    *_views(
        "nadia",
        "partners",
        submissions="/",
        submissions_refused="/?state=refused",
        submission="/submissions/{scene.accepted}",
        submission_refused="/submissions/{scene.refused}",
    ),
    *_views(
        "helene",
        "partners",
        organisations="/organisations",
        organisation_suspend="/organisations/msa/suspend",
    ),
    *_views(
        "camille",
        "referrals",
        received="/",
        referral_open="/referrals/{scene.open}",
        referral_taken="/referrals/{scene.taken}",
    ),
    *_views(
        "nadia",
        "referrals",
        sent="/sent",
        send="/send",
        referral_sent="/referrals/{scene.closed}",
    ),
    *_views(
        "helene",
        "reporting",
        figures="/",
        figure_events="/figures/referrals-sent/events",
        journey="/journeys/{scene.journey}",
        epci="/epci/200034825",
        commune="/communes/23096",
        dead_letters="/dead-letters",
        dead_letter="/dead-letters/{scene.letter}",
        waiting="/waiting",
    ),
    *_views("camille", "reporting", own_figures="/"),
    *_views("helene", "vouchers", vouchers="/"),
    *_views("helene", "scheduling", scheduling="/"),
    *_views(NEWCOMER, "partners", empty_submissions="/"),
    *_views(NEWCOMER, "referrals", empty_received="/", empty_sent="/sent"),
    *_views(NEWCOMER, "reporting", empty_figures="/"),
    View(name="not-found", login="nadia", service="referrals", path="/nulle-part", status=404),
    View(name="not-allowed", login="nadia", service="partners", path="/waiting", status=403),
    View(
        name="unknown-journey",
        login="nadia",
        service="reporting",
        path="/journeys/01976f20-0000-7000-8000-000000000000",
        status=404,
    ),
)


def sign_in(stack: Stack, login: str, address: str) -> str:
    """The one-click link, as `maillage up` prints it."""
    return f"{stack.url('partners')}/sign-in/as/{login}?next={quote(address, safe='')}"


@asynccontextmanager
async def told(stack: Stack) -> AsyncIterator[Scene]:
    """Referrals in every state, answers of both kinds, a dead letter, and someone new."""
    await colleague(stack, ELISE, "Élise Fontaine", "quincaillerie")
    await colleague(stack, NEWCOMER, "Marc Vallet", "ccas-gueret")
    openly = await agreed(stack)
    taken, closed = await agreed(stack), await agreed(stack)
    for each in (taken, closed):
        await _answer(stack, each, "accepted", message="Venez mardi à 14 h, salle du haut.")
    await _answer(stack, closed, "completed", outcome="autonomous")
    said_no = await partner.accepted(stack, "caf", await stack.referral("tela", "quincaillerie"))
    await _answer(stack, said_no["subject"], "refused", reason="session_full")
    wrong = await stack.referral(partner_reference="DOSSIER-2026-0041")
    wrong["data"]["anonymous"]["commune"] = "23999"
    receipt = await partner.send(stack, "caf", wrong)
    await partner.decided(stack, "caf", receipt["submission"])
    parked = await partner.accepted(stack, "caf", await stack.referral("tela"))
    await partner.journey(stack, parked["correlation_id"], "maillage.referral.sent.v1")
    async with reporting_fails_on(stack, parked["subject"]):
        await _answer(stack, parked["subject"], "accepted")
        letter = await _letter(stack, parked["subject"])
    try:
        yield Scene(
            open=openly,
            taken=taken,
            closed=closed,
            journey=said_no["correlation_id"],
            accepted=said_no["submission"],
            refused=receipt["submission"],
            letter=letter,
        )
    finally:
        async with stack.client("reporting", "departement") as client:
            await client.post(f"/dead-letters/{letter}/replay")


async def colleague(stack: Stack, login: str, name: str, slug: str) -> None:
    """Someone who signs in for the organisation; said again it is the same."""
    body = {"name": name, "roles": ["professional"]}
    async with stack.client("partners", "departement") as client:
        path = f"/v1/organisations/{slug}/colleagues/{login}"
        (await client.put(path, json=body)).raise_for_status()


async def agreed(stack: Stack) -> str:
    """A referral of someone with a name, which Tela may read."""
    reference = f"dossier-{uuid4().hex[:8]}"
    person = await partner.deposit(stack, "caf", reference, email="odile@exemple.fr")
    sent = await stack.referral(
        person=person,
        agreement=AGREEMENT,
        need="online_procedures",
        level="beginner",
        urgency="urgent",
        partner_reference=f"CAF-2026-{reference[-4:]}",
    )
    del sent["data"]["anonymous"]
    return str((await partner.accepted(stack, "caf", sent))["subject"])


async def _answer(stack: Stack, referral: str, kind: str, **data: str) -> None:
    intent = await stack.intent(f"referral.{kind}", referral=referral, **data)
    await partner.accepted(stack, "tela", intent)


async def _letter(stack: Stack, key: str) -> int:
    async def found() -> list[int]:
        async with stack.client("reporting", "departement") as client:
            page = (await client.get("/v1/dead-letters")).raise_for_status().json()
        return [one["id"] for one in page["items"] if key.endswith(one["key"].lstrip("…"))]

    return (await eventually(found, within_s=partner.PATIENCE_S))[0]
