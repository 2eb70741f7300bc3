"""Who sees what of a referral: the sender everything, a target its own side and nothing else."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncConnection

from referrals.domain.appointments import NOT_COME, AppointmentStep
from referrals.domain.redirecting import REDIRECTIONS
from referrals.domain.referrals import State, derive
from referrals.storage import appointments, persons, reading
from referrals.storage.appointments import Noted
from referrals.storage.reading import Addressed, Line, StepTaken


@dataclass(frozen=True, slots=True, kw_only=True)
class View:
    """A referral as one organisation may see it.

    `state` is the referral's for the sender; for a target it is its own, for nobody is told that
    another took the case (domain.md §2.3). `outward` is the person's id at this organisation.
    """

    line: Line
    by_sender: bool
    state: State
    targets: tuple[Addressed, ...]
    steps: Sequence[StepTaken]
    outward: UUID | None
    appointments: Sequence[Noted] = ()

    def upcoming(self, now: datetime) -> Noted | None:
        """The next seat that the person has, if she has one."""
        ahead = [
            noted
            for noted in self._seats()
            if noted.step is AppointmentStep.SET and noted.seat.starts_at > now
        ]
        return min(ahead, key=lambda noted: noted.seat.starts_at, default=None)

    @property
    def missed(self) -> Noted | None:
        """The last seat, if the person could not come and nobody has closed the referral since."""
        if self.state is State.COMPLETED:
            return None
        kept = [noted for noted in self._seats() if noted.step is not AppointmentStep.CANCELLED]
        last = max(kept, key=lambda noted: noted.seat.starts_at, default=None)
        return None if last is None or last.step not in NOT_COME else last

    def _seats(self) -> Iterable[Noted]:
        """Every seat with what became of it last."""
        return {noted.seat.booking: noted for noted in self.appointments}.values()

    @property
    def partner_reference(self) -> str | None:
        """The sender's own word for the case is for the sender alone."""
        return self.line.partner_reference if self.by_sender else None


async def view_referral(
    connection: AsyncConnection, *, organisation: UUID, referral: UUID
) -> View | None:
    """What the organisation sees; None when the referral is neither from it nor to it."""
    line = await reading.one(connection, referral)
    if line is None:
        return None
    by_sender = line.sender == organisation
    targets = tuple(
        target for target in line.targets if by_sender or target.organisation == organisation
    )
    if not targets:
        return None
    seen = {target.organisation for target in targets}
    steps = await reading.steps(connection, referral)
    return View(
        line=line,
        by_sender=by_sender,
        state=derive(target.state for target in targets),
        targets=targets,
        steps=[step for step in steps if step.organisation in seen],
        outward=await persons.outward_of(
            connection, organisation=organisation, person_id=line.person
        ),
        appointments=[
            noted
            for noted in await appointments.of_referral(connection, referral)
            if by_sender or noted.seat.organisation == organisation
        ],
    )


def redirectable(view: View) -> tuple[Addressed, ...]:
    """The targets in whose place whoever looks at the view may ask others."""
    return tuple(
        target for target in view.targets if REDIRECTIONS[target.state] is State.REDIRECTED
    )


def seeks_seat(view: View, *, now: datetime) -> bool:
    """Whether a seat is worth proposing to who looks: the sender, while the person has none."""
    if not view.by_sender or view.state is State.COMPLETED:
        return False
    return view.upcoming(now) is None
