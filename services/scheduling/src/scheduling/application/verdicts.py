"""The one answer to a submission, in the transaction of what was decided."""

from dataclasses import dataclass
from uuid import UUID

from chassis.database import Transaction
from scheduling.application.acts import Done
from scheduling.domain.events import SubmissionAccepted, SubmissionRefused
from scheduling.storage import decisions
from scheduling.storage.decisions import Decision


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


def accept_submission(tx: Transaction, submission: Submission, done: Done) -> None:
    """Say yes, unless the act had been decided, and answered, before."""
    if not done.fresh or done.subject is None:
        return
    tx.emit(
        SubmissionAccepted(
            submission=submission.id, intent=submission.intent, subject=done.subject
        ),
        key=submission.id,
        sequence=None,
        happened_at=tx.now,
        correlation=done.correlation,
        data_subject=done.person,
        extensions=submission.stamps,
    )


async def refuse_submission(
    tx: Transaction, submission: Submission, *, reason: str, detail: str
) -> None:
    """Say no with its coded reason, unless the act had been decided before."""
    no = Decision(act=submission.id, organisation=submission.organisation, reason=reason)
    if not await decisions.claim(tx.connection, no, decided_at=tx.now):
        return
    tx.emit(
        SubmissionRefused(
            submission=submission.id, intent=submission.intent, reason=reason, detail=detail
        ),
        key=submission.id,
        sequence=None,
        happened_at=tx.now,
        extensions=submission.stamps,
    )
