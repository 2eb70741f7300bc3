"""What became of the seats that follow a referral. Rows are only added."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import insert, select
from sqlalchemy.ext.asyncio import AsyncConnection

from referrals.domain.appointments import AppointmentStep, Seat
from referrals.storage.tables import appointment, organisation, place


@dataclass(frozen=True, slots=True, kw_only=True)
class Noted:
    """One step of a seat. `place_name` is the organisation's while the place is not known."""

    seat: Seat
    step: AppointmentStep
    place_name: str
    commune: str | None
    happened_at: datetime
    learnt_at: datetime


async def append(
    connection: AsyncConnection,
    seat: Seat,
    step: AppointmentStep,
    *,
    referral: UUID,
    happened_at: datetime,
    learnt_at: datetime,
) -> None:
    await connection.execute(
        insert(appointment).values(
            referral=referral,
            organisation=seat.organisation,
            booking=seat.booking,
            session=seat.session,
            place=seat.place,
            step=step,
            starts_at=seat.starts_at,
            happened_at=happened_at,
            learnt_at=learnt_at,
        )
    )


async def last_of(
    connection: AsyncConnection, booking: UUID
) -> tuple[UUID, Seat, AppointmentStep] | None:
    """The referral that a booking follows, its seat and its last step; None if it follows none."""
    found = await connection.execute(
        select(appointment)
        .where(appointment.c.booking == booking)
        .order_by(appointment.c.id.desc())
        .limit(1)
    )
    row = found.one_or_none()
    if row is None:
        return None
    seat = Seat(
        booking=row.booking,
        session=row.session,
        place=row.place,
        organisation=row.organisation,
        starts_at=row.starts_at,
    )
    return row.referral, seat, AppointmentStep(row.step)


async def of_referral(connection: AsyncConnection, referral: UUID) -> Sequence[Noted]:
    """Every step of every seat of a referral, as they were learnt."""
    rows = await connection.execute(
        select(
            appointment,
            place.c.name.label("place_name"),
            place.c.commune,
            organisation.c.name.label("organisation_name"),
        )
        .outerjoin(place, place.c.id == appointment.c.place)
        .outerjoin(organisation, organisation.c.id == appointment.c.organisation)
        .where(appointment.c.referral == referral)
        .order_by(appointment.c.id)
    )
    return [
        Noted(
            seat=Seat(
                booking=row.booking,
                session=row.session,
                place=row.place,
                organisation=row.organisation,
                starts_at=row.starts_at,
            ),
            step=AppointmentStep(row.step),
            place_name=row.place_name or row.organisation_name or "",
            commune=row.commune,
            happened_at=row.happened_at,
            learnt_at=row.learnt_at,
        )
        for row in rows
    ]
