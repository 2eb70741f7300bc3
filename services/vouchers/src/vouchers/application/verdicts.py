"""The one answer to a submission, in the transaction of what was decided."""

from dataclasses import dataclass
from uuid import UUID

from chassis.database import Transaction
from vouchers.application.issuing import Issued
from vouchers.domain.events import SubmissionAccepted, SubmissionRefused


@dataclass(frozen=True, slots=True, kw_only=True)
class Submission:
    """What intake brought: who says it, in which intent, under which number."""

    id: UUID
    organisation: UUID
    intent: str

    @property
    def stamps(self) -> dict[str, str]:
        """The attributes by which partners finds whom to answer."""
        return {"organisation": str(self.organisation), "submission": str(self.id)}


def accept_submission(tx: Transaction, submission: Submission, issued: Issued) -> None:
    """Say yes, unless it had been decided, and answered, before."""
    if not issued.fresh:
        return
    tx.emit(
        SubmissionAccepted(
            submission=submission.id, intent=submission.intent, subject=issued.booklet
        ),
        key=submission.id,
        sequence=None,
        happened_at=tx.now,
        correlation=issued.correlation,
        data_subject=issued.person,
        extensions=submission.stamps,
    )


def refuse_submission(tx: Transaction, submission: Submission, *, reason: str, detail: str) -> None:
    """Say no with its coded reason."""
    tx.emit(
        SubmissionRefused(
            submission=submission.id, intent=submission.intent, reason=reason, detail=detail
        ),
        key=submission.id,
        sequence=None,
        happened_at=tx.now,
        extensions=submission.stamps,
    )
