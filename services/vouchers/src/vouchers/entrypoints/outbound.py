"""What became so, in the words of the contract."""

from collections.abc import Sequence
from dataclasses import asdict
from functools import singledispatch
from typing import Any

from chassis.database import Wire
from contracts.events import vouchers as facts
from contracts.message import Message
from contracts.topics import VOUCHERS
from contracts.verdicts import IntentAccepted, IntentRefused, Verdict
from vouchers.domain import events
from vouchers.domain.booklets import Share


def wire(fact: object) -> Wire:
    """Translate a fact of the domain into the message that carries it.

    Raises:
        TypeError: no message carries it.
    """
    message = to_message(fact)
    topic = VOUCHERS if isinstance(message, Verdict) else message.topic
    return Wire(
        topic=topic, type=message.type, data=message.to_data(), dataschema=message.dataschema()
    )


@singledispatch
def to_message(fact: object) -> Message:
    """The message of one kind of fact, checked against its contract."""
    model = _SAME_WORDS.get(type(fact))
    if model is None:
        raise TypeError(f"no message carries {type(fact).__name__}")
    return model.model_validate(_fields(fact))


# Facts that say in the domain, field by field, what they say on the wire.
_SAME_WORDS: dict[type, type[Message]] = {
    events.LabelGranted: facts.LabelGranted,
    events.LabelWithdrawn: facts.LabelWithdrawn,
    events.OrderPlaced: facts.OrderPlaced,
    events.OrderFunded: facts.OrderFunded,
    events.OrderActivated: facts.OrderActivated,
    events.BookletIssued: facts.BookletIssued,
    events.BookletHeld: facts.BookletHeld,
    events.BookletHoldReleased: facts.BookletHoldReleased,
    events.RedemptionRefused: facts.RedemptionRefused,
    events.VoucherRedeemed: facts.VoucherRedeemed,
    events.VoucherReversed: facts.VoucherReversed,
    events.VoucherSettled: facts.VoucherSettled,
    events.SettlementDrawnUp: facts.SettlementDrawnUp,
    events.StatementIssued: facts.StatementIssued,
}


@to_message.register
def _(fact: events.ProgrammeOpened) -> Message:
    programme = asdict(fact.programme)
    number, funders = programme.pop("id"), list(programme.pop("funders"))
    return facts.ProgrammeOpened.model_validate(
        {**programme, "programme": number, "funders": funders}
    )


@to_message.register
def _(fact: events.OrderDelivered) -> Message:
    return facts.OrderDelivered(
        order=fact.order,
        programme=fact.programme,
        booklets=fact.booklets,
        stocks=[
            facts.Stock(distributor=distributor, booklets=booklets)
            for distributor, booklets in fact.stocks
        ],
    )


@to_message.register
def _(fact: events.SubmissionAccepted) -> Message:
    return IntentAccepted(submission=fact.submission, intent=fact.intent, subject=fact.subject)


@to_message.register
def _(fact: events.SubmissionRefused) -> Message:
    return IntentRefused(
        submission=fact.submission, intent=fact.intent, reason=fact.reason, detail=fact.detail
    )


def _fields(fact: Any) -> dict[str, Any]:  # noqa: ANN401 - any dataclass of the domain
    named = {name: getattr(fact, name) for name in fact.__dataclass_fields__}
    if "split" in named:
        named["split"] = _split(named["split"])
    return named


def _split(split: Sequence[Share]) -> list[facts.FunderCents]:
    return [facts.FunderCents(funder=each.funder, cents=each.cents) for each in split]
