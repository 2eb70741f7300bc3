"""How many of everything the fold holds, under the names that each owner counts its own by."""

from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncConnection

from reporting.domain import figures as f
from reporting.domain.facts import SeatStatus, Step
from reporting.storage.tables import (
    figure_day,
    place,
    seat,
    session_cancelled,
    session_planned,
    titles_moved,
    titles_share,
    visit,
)

_COUNTED = {
    "persons": f.REGISTERED,
    "referrals_sent": f.SENT.code,
    "targets_accepted": f.ACCEPTED.code,
    "targets_refused": f.REFUSED.code,
    "referrals_completed": f.COMPLETED.code,
    "targets_redirected": f.REDIRECTED,
}
_OF_STATUS = {
    "bookings_cancelled": SeatStatus.CANCELLED,
    "attendances_seen": SeatStatus.SEEN,
    "attendances_missed": SeatStatus.MISSED,
    "attendances_excused": SeatStatus.EXCUSED,
}


async def counts(connection: AsyncConnection) -> dict[str, int]:
    """Every count by its name; amounts in cents."""
    return {
        **await _referrals(connection),
        **await _scheduling(connection),
        **await _vouchers(connection),
        **await _settled_by_funder(connection),
    }


async def _referrals(connection: AsyncConnection) -> dict[str, int]:
    found = await connection.execute(
        select(figure_day.c.figure, func.sum(figure_day.c.count))
        .where(figure_day.c.figure.in_(_COUNTED.values()))
        .group_by(figure_day.c.figure)
    )
    by_figure = {figure: int(count) for figure, count in found}
    return {name: by_figure.get(figure, 0) for name, figure in _COUNTED.items()}


async def _scheduling(connection: AsyncConnection) -> dict[str, int]:
    held = session_planned.outerjoin(
        session_cancelled, session_cancelled.c.session == session_planned.c.session
    )
    sessions = (
        await connection.execute(
            select(func.count(), func.coalesce(func.sum(session_planned.c.capacity), 0))
            .select_from(held)
            .where(session_cancelled.c.session.is_(None))
        )
    ).one()
    seats = await connection.execute(select(seat.c.status, func.count()).group_by(seat.c.status))
    by_status = {status: int(count) for status, count in seats}
    return {
        "places": int(await connection.scalar(select(func.count()).select_from(place)) or 0),
        "sessions": int(sessions[0]),
        "seats_offered": int(sessions[1]),
        "bookings": sum(by_status.values()),
        **{name: by_status.get(status.value, 0) for name, status in _OF_STATUS.items()},
        "visits": int(await connection.scalar(select(func.count()).select_from(visit)) or 0),
    }


async def _vouchers(connection: AsyncConnection) -> dict[str, int]:
    found = await connection.execute(
        select(
            titles_moved.c.step, func.sum(titles_moved.c.number), func.sum(titles_moved.c.cents)
        ).group_by(titles_moved.c.step)
    )
    steps = {step: (int(number), int(cents)) for step, number, cents in found}

    def at(step: Step) -> tuple[int, int]:
        return steps.get(step.value, (0, 0))

    redeemed, taken_back = at(Step.REDEEMED), at(Step.REVERSED)
    return {
        "booklets_issued": at(Step.ISSUED)[0],
        "cents_issued": at(Step.ISSUED)[1],
        "vouchers_redeemed": redeemed[0] - taken_back[0],
        "cents_redeemed": redeemed[1] - taken_back[1],
        "vouchers_settled": at(Step.SETTLED)[0],
        "cents_settled": at(Step.SETTLED)[1],
        "vouchers_unused": at(Step.UNUSED)[0],
        "cents_unused": at(Step.UNUSED)[1],
    }


async def _settled_by_funder(connection: AsyncConnection) -> dict[str, int]:
    found = await connection.execute(
        select(titles_share.c.funder, func.sum(titles_share.c.cents))
        .join(titles_moved, titles_moved.c.event_id == titles_share.c.event_id)
        .where(titles_moved.c.step == Step.SETTLED.value)
        .group_by(titles_share.c.funder)
    )
    return {f"cents_settled_by_funder.{funder}": int(cents) for funder, cents in found}
