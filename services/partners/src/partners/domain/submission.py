"""What a partner sent, from the door to its one final answer."""

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from enum import StrEnum
from types import MappingProxyType
from typing import Any
from uuid import UUID

from partners.domain.refusals import CorrelationNotYours, IdReused, TimeOutOfRange

DAYS_BACK_MAX = 45
CLOCK_SKEW = timedelta(minutes=5)
"""Partners' clocks run ahead of ours by seconds; five minutes is what Kerberos and OAuth take."""


class SubmissionState(StrEnum):
    RECEIVED = "received"
    ACCEPTED = "accepted"
    REFUSED = "refused"


class Answer(StrEnum):
    ACCEPT = "accept"
    REFUSE = "refuse"


TRANSITIONS = MappingProxyType(
    {
        (SubmissionState.RECEIVED, Answer.ACCEPT): SubmissionState.ACCEPTED,
        (SubmissionState.RECEIVED, Answer.REFUSE): SubmissionState.REFUSED,
    }
)


class AnsweredTwice(Exception):
    """A second answer came for one submission: an owner broke its promise of exactly one."""


class Door(StrEnum):
    HTTP = "http"
    KAFKA = "kafka"


@dataclass(frozen=True, slots=True, kw_only=True)
class Intent:
    """An intent whose form is right, as the sender gave it.

    Attributes:
        content_hash: SHA-256 of the canonical content; the same again has the same.
        data: the data by its contract, `person` still being the sender's outward id.
        about: the id that the intent is about (a referral, a session…), which helps order.
        person: whom it cites, as this organisation knows them.
        correlation: a correlation id the sender put in, which is not theirs to give.
    """

    source: str
    event_id: str
    type: str
    happened_at: datetime
    content_hash: str
    data: Mapping[str, Any]
    about: UUID | None = None
    person: UUID | None = None
    partner_reference: str | None = None
    correlation: str | None = None

    @property
    def identity(self) -> str:
        """One value for one (source, id): hashed, for an index entry holds 2,700 bytes at most."""
        return hashlib.sha256(f"{self.source}\n{self.event_id}".encode()).hexdigest()


def check_time(happened_at: datetime, *, now: datetime, history: bool) -> None:
    """What is said happened in the last 45 days, unless the sender enters history.

    Raises:
        TimeOutOfRange: earlier, or later than now and five minutes.
    """
    if history:
        return
    if not now - timedelta(days=DAYS_BACK_MAX) <= happened_at <= now + CLOCK_SKEW:
        raise TimeOutOfRange(DAYS_BACK_MAX)


def check_correlation(intent: Intent) -> None:
    """The correlation id names the parcours and is minted by us.

    Raises:
        CorrelationNotYours: the sender gave one.
    """
    if intent.correlation is not None:
        raise CorrelationNotYours


def check_same_content(kept_hash: str, content_hash: str) -> None:
    """An id names one content for ever.

    Raises:
        IdReused: the content is another one.
    """
    if kept_hash != content_hash:
        raise IdReused


@dataclass(frozen=True, slots=True, kw_only=True)
class Submission:
    """What became of one thing sent.

    `about` is the id that the intent is about; `subject` what its owner opened or changed;
    `offset` where the record stands that could not be taken.
    """

    id: UUID
    organisation: UUID
    door: Door
    type: str | None
    event_id: str | None
    content_hash: str | None
    partner_reference: str | None
    happened_at: datetime | None
    received_at: datetime
    history: bool = False
    about: UUID | None = None
    forwarded_at: datetime | None = None
    answered_at: datetime | None = None
    state: SubmissionState = SubmissionState.RECEIVED
    reason: str | None = None
    detail: str | None = None
    subject: UUID | None = None
    correlation: UUID | None = None
    offset: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Command:
    """The intent on its way to its owner, persons named as inside."""

    type: str
    data: Mapping[str, Any]


@dataclass(frozen=True, slots=True, kw_only=True)
class TurnedAway:
    """Intake itself refused; no owner ever sees it (submission.refused)."""

    submission: Submission


@dataclass(frozen=True, slots=True, kw_only=True)
class PartnerAnswer:
    """The final answer, on its way to the partner's own topic.

    `by_intake`: nobody decided it but the door (submission.refused).
    """

    slug: str
    submission: Submission
    by_intake: bool


def accepted(
    submission: Submission, *, subject: UUID, correlation: UUID | None, now: datetime
) -> Submission:
    """The submission with its owner's yes.

    Raises:
        AnsweredTwice: it had its answer already.
    """
    state = _after(submission, Answer.ACCEPT)
    return replace(
        submission, state=state, subject=subject, correlation=correlation, answered_at=now
    )


def refused(
    submission: Submission,
    *,
    reason: str,
    detail: str | None,
    correlation: UUID | None = None,
    now: datetime,
) -> Submission:
    """The submission with a no, its owner's or the door's.

    Raises:
        AnsweredTwice: it had its answer already.
    """
    state = _after(submission, Answer.REFUSE)
    return replace(
        submission,
        state=state,
        reason=reason,
        detail=detail,
        correlation=correlation,
        answered_at=now,
    )


def _after(submission: Submission, answer: Answer) -> SubmissionState:
    after = TRANSITIONS.get((submission.state, answer))
    if after is None:
        raise AnsweredTwice
    return after
