"""Sessions, bookings, attendance and visits by HTTP.

What makes something new asks for an `Idempotency-Key`: a connection that broke is no second seat.
"""

from collections.abc import Awaitable, Callable
from datetime import datetime
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Depends, Query, Request, Response
from fastapi.responses import JSONResponse

from chassis.database import Database, Transaction
from chassis.ids import new_id
from contracts.codes import Level, Need
from contracts.fields import Commune
from scheduling.application.acts import Done, RefusedError
from scheduling.application.attendance import RecordAttendance, record_attendance
from scheduling.application.bookings import (
    BookSeat,
    CancelBooking,
    Nameless,
    book_seat,
    cancel_booking,
)
from scheduling.application.offer import Wish, free_seats
from scheduling.application.sessions import (
    CancelSession,
    DeclareSession,
    cancel_session,
    declare_session,
)
from scheduling.application.visits import RecordVisit, record_visit
from scheduling.domain.bookings import Presence, State
from scheduling.domain.refusals import UnknownBooking, UnknownSession
from scheduling.domain.sessions import Kind, Programme
from scheduling.entrypoints.access import AsMember, Member
from scheduling.entrypoints.commands import UNKNOWN, act_of, count, decide, problem
from scheduling.entrypoints.views import (
    AttendanceBody,
    BookingBody,
    BookingReason,
    BookingView,
    Kept,
    SessionBody,
    SessionList,
    SessionReason,
    SessionView,
    SomebodyBody,
    VisitBody,
    booking_view,
    session_view,
)
from scheduling.storage import reading
from web.auth import require
from web.idempotency import Reply, fingerprint, idempotency_key, reply_once, respond

OFFERS_MAX = 50

router = APIRouter(prefix="/v1", dependencies=[Depends(require())])


class Repeatable:
    """A request that may be sent again: it has one effect and one answer."""

    def __init__(
        self,
        request: Request,
        member: AsMember,
        key: Annotated[str, Depends(idempotency_key)],
        mark: Annotated[str, Depends(fingerprint)],
    ) -> None:
        self.request = request
        self.member = member
        self._key = key
        self._mark = mark

    async def once(self, command: Callable[[Transaction], Awaitable[Done]]) -> JSONResponse:
        """The answer of the first time; what is not known yet is not held against the key."""
        database: Database = self.request.app.state.database
        self.member.acting()
        try:
            async with database.transaction() as tx:
                reply = await reply_once(
                    tx,
                    caller=self.member.caller,
                    key=self._key,
                    fingerprint=self._mark,
                    act=lambda: self._decided(tx, command),
                )
        except RefusedError as error:
            raise problem(error.refusal) from None
        return respond(reply)

    async def _decided(
        self, tx: Transaction, command: Callable[[Transaction], Awaitable[Done]]
    ) -> Reply:
        try:
            done = await command(tx)
        except RefusedError as error:
            count(self.request, "http", error.refusal.code)
            if error.refusal.code.startswith(UNKNOWN):
                raise
            raise problem(error.refusal) from None
        count(self.request, "http", "accepted")
        kept = Kept.model_validate({"subject": done.subject, "correlation_id": done.correlation})
        return 201, kept.model_dump(mode="json")


AsRepeatable = Annotated[Repeatable, Depends()]
MADE: dict[int | str, dict[str, object]] = {201: {"model": Kept}}


@router.get("/sessions")
async def list_sessions(
    request: Request,
    *,
    need: Need | None = None,
    level: Level | None = None,
    commune: Commune | None = None,
    limit: Annotated[int, Query(ge=1, le=OFFERS_MAX)] = OFFERS_MAX,
) -> SessionList:
    """Sessions to come with a free seat: the nearest to `commune` first, else by date."""
    database: Database = request.app.state.database
    wish = Wish(need=need, level=level, commune=commune)
    async with database.reading() as connection:
        offers = await free_seats(connection, wish, after=database.clock.now(), limit=limit)
    return SessionList(items=[session_view(each.line, km=each.km) for each in offers])


@router.get("/sessions/{session}")
async def get_session(request: Request, session: UUID) -> SessionView:
    """One session and its free seats."""
    database: Database = request.app.state.database
    async with database.reading() as connection:
        line = await reading.one_session(connection, session, now=database.clock.now())
    if line is None:
        raise problem(UnknownSession(session))
    return session_view(line)


@router.post("/sessions", status_code=201, responses=MADE, response_model=None)
async def post_session(again: AsRepeatable, body: SessionBody) -> Response:
    """Hold a session at a place of one's own."""
    programme = Programme(
        kind=Kind(body.kind.value),
        starts_at=body.starts_at,
        ends_at=body.ends_at,
        need=body.need.value,
        level=None if body.level is None else body.level.value,
        capacity=body.capacity,
        direct_booking=body.direct_booking,
        mediator=body.mediator,
    )
    return await again.once(
        lambda tx: declare_session(
            tx,
            DeclareSession(
                act=act_of(again.member, tx, act=new_id(), at=body.at),
                place=body.place,
                programme=programme,
            ),
        )
    )


@router.post("/sessions/{session}/cancel", status_code=204)
async def post_session_cancel(
    request: Request, session: UUID, body: SessionReason, member: AsMember
) -> Response:
    """The session will not be held."""

    async def cancel(tx: Transaction) -> Done:
        act = act_of(member, tx, act=new_id(), at=body.at)
        command = CancelSession(act=act, session=session, reason=body.reason.value)
        return await cancel_session(tx, command)

    return await _nothing(request, cancel)


@router.post("/bookings", status_code=201, responses=MADE, response_model=None)
async def post_booking(again: AsRepeatable, body: BookingBody) -> Response:
    """Take a seat, on the spot."""
    return await again.once(
        lambda tx: book_seat(
            tx,
            BookSeat(
                act=act_of(again.member, tx, act=new_id(), at=body.at),
                session=body.session,
                person=nameless(body.anonymous),
                referral=body.referral,
                visit=body.visit,
            ),
        )
    )


@router.get("/bookings/{booking}")
async def get_booking(request: Request, booking: UUID, member: AsMember) -> BookingView:
    """A booking that one's organisation made, or that is at a place of one's own."""
    database: Database = request.app.state.database
    now = database.clock.now()
    async with database.reading() as connection:
        found = await reading.seat_in_session(connection, booking, now=now)
        if found is None or not member.reads(found[0].booked_by, found[1].organisation):
            raise problem(UnknownBooking(booking))
        steps = await reading.steps(connection, booking)
    return booking_view(found[0], list(steps))


@router.post("/bookings/{booking}/cancel", status_code=204)
async def post_booking_cancel(
    request: Request, booking: UUID, body: BookingReason, member: AsMember
) -> Response:
    """Give the seat back."""

    async def cancel(tx: Transaction) -> Done:
        act = act_of(member, tx, act=new_id(), at=body.at)
        command = CancelBooking(act=act, booking=booking, reason=body.reason.value)
        return await cancel_booking(tx, command)

    return await _nothing(request, cancel)


@router.put("/bookings/{booking}/attendance", status_code=204)
async def put_attendance(
    request: Request, booking: UUID, body: AttendanceBody, member: AsMember
) -> Response:
    """Say whether the person came; said again otherwise, it is a correction."""
    presence = Presence(
        status=State(body.status.value),
        topics=tuple(dict.fromkeys(each.value for each in body.topics)),
        minutes=body.minutes,
        title_presented=body.title_presented,
    )
    return await _nothing(request, lambda tx: put_presence(tx, member, booking, presence, body.at))


async def put_presence(
    tx: Transaction, member: Member, booking: UUID, presence: Presence, at: datetime | None
) -> Done:
    """Record the presence, or correct what was recorded."""
    seat = await reading.one_seat(tx.connection, booking)
    command = RecordAttendance(
        act=act_of(member, tx, act=new_id(), at=at),
        booking=booking,
        presence=presence,
        correction=seat is not None and seat.state not in {State.CONFIRMED, State.CANCELLED},
    )
    return await record_attendance(tx, command)


@router.post("/visits", status_code=201, responses=MADE, response_model=None)
async def post_visit(again: AsRepeatable, body: VisitBody) -> Response:
    """Someone came without appointment and was helped."""
    return await again.once(
        lambda tx: record_visit(
            tx,
            RecordVisit(
                act=act_of(again.member, tx, act=new_id(), at=body.at),
                place=body.place,
                minutes=body.minutes,
                topics=tuple(dict.fromkeys(each.value for each in body.topics)),
                autonomy=body.autonomy.value,
                person=nameless(body.anonymous),
            ),
        )
    )


def nameless(said: SomebodyBody | None) -> Nameless:
    """What is said of someone without a name."""
    if said is None:
        return Nameless()
    band = None if said.birth_band is None else said.birth_band.value
    return Nameless(commune=said.commune, birth_band=band)


async def _nothing(request: Request, command: Callable[[Transaction], Awaitable[Done]]) -> Response:
    try:
        await decide(request, "http", command)
    except RefusedError as error:
        raise problem(error.refusal) from None
    return Response(status_code=204)
