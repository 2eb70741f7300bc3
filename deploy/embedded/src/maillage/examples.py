"""`maillage example TYPE`: a fresh intent that `POST /v1/events` accepts on the running stack."""

from typing import Any

from chassis.clock import SystemClock
from chassis.ids import new_id
from contracts.codes import AgreementScope, BirthBand, Channel, Level, Need, Urgency
from contracts.intents.intent import Intent
from contracts.intents.referrals import ReferralSent
from maillage import access
from maillage.doors import Door
from maillage.stack import Stack
from maillage.trouble import Trouble

SENDER = "caf"
TARGET = "tela"
SOURCE = "/maillage/example"


async def example(stack: Stack, kind: str) -> dict[str, Any]:
    """A CloudEvent in structured form, never the same twice. Raises Trouble for unknown kinds."""
    if kind != "referral.sent":
        raise Trouble(f"Il n’y a pas d’exemple « {kind} ». Il y a : referral.sent.")
    token = await access.token(stack, SENDER)
    async with stack.door("partners", token=token) as door:
        organisations = await directory(door)
    return envelope(referral_sent(organisations[TARGET]))


async def directory(door: Door) -> dict[str, dict[str, Any]]:
    """The organisations by slug, as partners' directory shows them. Raises Trouble."""
    page = await door.ask("GET", "/v1/organisations")
    found = {one["slug"]: one for one in page["items"]}
    if TARGET not in found:
        raise Trouble(f"L’organisation « {TARGET} » manque : relancez « make up ».")
    return found


def referral_sent(target: dict[str, Any], *, person: str = "") -> ReferralSent:
    """A referral to one organisation, agreed to today; of an anonymous person unless one is given.

    Args:
        target: The organisation asked, as partners' directory shows it.
        person: The id that `PUT /v1/persons/{reference}` answered to the sender.
    """
    anonymous = {"commune": target["commune"], "birth_band": BirthBand.FROM_1950}
    whom = {"person": person} if person else {"anonymous": anonymous}
    agreement = {
        "taken_on": SystemClock().now().date(),
        "channel": Channel.IN_PRESENCE,
        "text_version": "2026-01",
        "scope": AgreementScope.RECEIVING_ORGANISATIONS,
    }
    return ReferralSent.model_validate(
        {
            **whom,
            "partner_reference": f"exemple-{new_id().hex[-12:]}",
            "need": Need.ONLINE_PROCEDURES,
            "urgency": Urgency.ORDINARY,
            "level": Level.BEGINNER,
            "targets": [target["id"]],
            "agreement": agreement,
        }
    )


def envelope(intent: Intent) -> dict[str, Any]:
    """The intent as a CloudEvent in structured form, happening now under an id of its own."""
    return {
        "specversion": "1.0",
        "id": str(new_id()),
        "source": SOURCE,
        "type": intent.type,
        "time": SystemClock().now().isoformat().replace("+00:00", "Z"),
        "datacontenttype": "application/json",
        "data": intent.to_data(),
    }
