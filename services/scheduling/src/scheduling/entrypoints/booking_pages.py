"""Booking a seat for someone on the phone, and the page of one booking."""

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Depends, Form, Request
from fastapi.responses import HTMLResponse, RedirectResponse, Response

import pages
from chassis.database import Database, Transaction
from chassis.ids import new_id
from contracts.codes import BirthBand, BookingCancellation, Level, Need
from scheduling.application.acts import Done, RefusedError
from scheduling.application.bookings import (
    BookSeat,
    CancelBooking,
    Nameless,
    book_seat,
    cancel_booking,
)
from scheduling.application.offer import Wish, free_seats
from scheduling.domain.bookings import State
from scheduling.domain.refusals import UnknownBooking, UnknownSession
from scheduling.entrypoints import shown
from scheduling.entrypoints.access import AsMember, Member
from scheduling.entrypoints.commands import act_of, decide, problem, referral_page
from scheduling.entrypoints.forms import Fault, Text, commune_of, is_code, person_of, referral_of
from scheduling.entrypoints.wording import sentence
from scheduling.storage import heard, reading
from scheduling.storage.reading import Seat
from web.auth import require
from web.pages import render

# As many as one can read out on the phone.
OFFERS_MAX = 12

router = APIRouter(
    default_response_class=HTMLResponse,
    include_in_schema=False,
    dependencies=[Depends(require())],
)


@router.get("/book")
async def look(
    request: Request,
    member: AsMember,
    *,
    need: str = "",
    level: str = "",
    commune: str = "",
    referral: str = "",
) -> HTMLResponse:
    """Where a seat is free: the nearest first, to where a referral's person lives if it says so."""
    cited = referral_of(referral)
    followed = cited if isinstance(cited, UUID) else None
    database: Database = request.app.state.database
    commune = commune or await _home(database, member, followed)
    values = {"need": need, "level": level, "commune": commune, "referral": referral}
    code = commune_of(commune)
    faults = {code.field: code.said} if isinstance(code, Fault) else {}
    wish = Wish(
        need=need if is_code(Need, need) else None,
        level=level if is_code(Level, level) else None,
        commune=None if isinstance(code, Fault) else code,
    )
    async with database.reading() as connection:
        offers = await free_seats(connection, wish, after=database.clock.now(), limit=OFFERS_MAX)
    return render(
        request,
        "book.html",
        member.caller,
        status_code=422 if faults else 200,
        shown=shown,
        form=pages.Form(values=values, errors=faults),
        offers=offers,
        member=member,
        referral=followed,
        referral_url=None if followed is None else referral_page(request, followed),
        needs=shown.options(Need),
        levels=shown.options(Level),
    )


@router.get("/sessions/{session}/book")
async def blank(
    request: Request, session: UUID, member: AsMember, referral: str = "", commune: str = ""
) -> HTMLResponse:
    """For whom the seat is."""
    values = {"referral": referral, "commune": commune}
    return await _page(request, session, member, pages.Form(values=values))


@router.post("/sessions/{session}/book")
async def book(
    request: Request,
    session: UUID,
    member: AsMember,
    act: Annotated[UUID, Form()],
    referral: Text = "",
    commune: Text = "",
    birth_band: Text = "",
) -> Response:
    """« Réserver cette place »."""
    values = {"referral": referral, "commune": commune, "birth_band": birth_band, "act": act}
    person, cited = person_of(commune, birth_band), referral_of(referral)
    faults = {each.field: each.said for each in (cited, person) if isinstance(each, Fault)}
    if isinstance(person, Fault) or isinstance(cited, Fault):
        return await _page(request, session, member, pages.Form(values=values, errors=faults))

    async def take(tx: Transaction) -> Done:
        return await book_seat(tx, _seat(member, tx, act, session, person, cited))

    try:
        done = await decide(request, "page", take)
    except RefusedError as error:
        form = pages.Form(values=values)
        return await _page(request, session, member, form, refused=sentence(error.refusal))
    return RedirectResponse(f"/bookings/{done.subject}?done=booked", status_code=303)


@router.get("/bookings/{booking}")
async def one(request: Request, booking: UUID, member: AsMember, done: str = "") -> HTMLResponse:
    """One booking: when and where, and what became of it."""
    return await _booking_page(request, booking, member, done=done)


@router.post("/bookings/{booking}/cancel")
async def cancel(
    request: Request,
    booking: UUID,
    member: AsMember,
    act: Annotated[UUID, Form()],
    reason: Text = "",
) -> Response:
    """« Annuler la réservation », with a coded reason."""
    if not is_code(BookingCancellation, reason):
        form = pages.Form(errors={"reason": "Choisissez un motif."})
        return await _booking_page(request, booking, member, form=form, status=422)

    async def give_back(tx: Transaction) -> Done:
        command = CancelBooking(act=act_of(member, tx, act=act), booking=booking, reason=reason)
        return await cancel_booking(tx, command)

    try:
        await decide(request, "page", give_back)
    except RefusedError as error:
        refused = sentence(error.refusal)
        return await _booking_page(request, booking, member, refused=refused, status=409)
    return RedirectResponse(f"/bookings/{booking}?done=cancelled", status_code=303)


async def _home(database: Database, member: Member, referral: UUID | None) -> str:
    """The commune of a referral's person, for those whom the referral concerns; else nothing."""
    if referral is None or member.organisation is None:
        return ""
    async with database.reading() as connection:
        found = await heard.find_referral(connection, referral)
    code = found.person.commune if found and found.concerns(member.organisation) else None
    if code is None:
        return ""
    name = shown.town(code)
    return name if commune_of(name) == code else code  # some names are those of two communes


def _seat(
    member: Member,
    tx: Transaction,
    act: UUID,
    session: UUID,
    person: Nameless,
    referral: UUID | None,
) -> BookSeat:
    return BookSeat(
        act=act_of(member, tx, act=act), session=session, person=person, referral=referral
    )


async def _page(
    request: Request,
    session: UUID,
    member: Member,
    form: pages.Form,
    *,
    refused: str | None = None,
) -> HTMLResponse:
    member.acting()
    database: Database = request.app.state.database
    async with database.reading() as connection:
        line = await reading.one_session(connection, session, now=database.clock.now())
    if line is None:
        raise problem(UnknownSession(session))
    status = 409 if refused is not None else 422 if form.errors else 200
    return render(
        request,
        "booking_form.html",
        member.caller,
        status_code=status,
        shown=shown,
        line=line,
        form=form,
        refused=refused,
        own=line.organisation == member.organisation,
        act=form.values.get("act") or new_id(),
        birth_bands=shown.options(BirthBand),
    )


async def _booking_page(
    request: Request,
    booking: UUID,
    member: Member,
    *,
    form: pages.Form | None = None,
    refused: str | None = None,
    done: str = "",
    status: int = 200,
) -> HTMLResponse:
    database: Database = request.app.state.database
    now = database.clock.now()
    async with database.reading() as connection:
        found = await reading.seat_in_session(connection, booking, now=now)
        if found is None or not member.reads(found[0].booked_by, found[1].organisation):
            raise problem(UnknownBooking(booking))
        steps = await reading.steps(connection, booking)
    seat, line = found
    begun = now >= line.starts_at
    own = member.organisation == line.organisation
    return render(
        request,
        "booking.html",
        member.caller,
        status_code=status,
        shown=shown,
        seat=seat,
        line=line,
        steps=shown.timeline(list(steps)),
        form=form or pages.Form(),
        refused=refused,
        done=done,
        host=member.reads(line.organisation),
        to_come=seat.state is State.CONFIRMED and not begun,
        referral_url=_referral_url(request, seat, member),
        may_cancel=member.works and seat.state is State.CONFIRMED and (own or not begun),
        act=new_id(),
        reasons=shown.options(BookingCancellation),
    )


def _referral_url(request: Request, seat: Seat, member: Member) -> str | None:
    """The referral's page, for who booked under it."""
    if seat.referral is None or seat.booked_by != member.organisation:
        return None
    return referral_page(request, seat.referral)
