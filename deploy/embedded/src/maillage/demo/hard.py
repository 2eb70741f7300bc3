"""Hard: one target is silent, another refuses, a third is asked; missed, then came."""

from datetime import timedelta
from typing import Any

from contracts.codes import AttendanceStatus, Need, RedirectReason, RefusalReason
from contracts.intents.referrals import (
    ReferralAccepted,
    ReferralRedirected,
    ReferralRefused,
    ReferralSent,
)
from contracts.intents.scheduling import AttendanceRecorded, BookingRequested, SessionDeclared
from contracts.journeys import HARD
from maillage import examples
from maillage.demo.free import library
from maillage.demo.play import HOST, SENDER, SOON, Play, workshop

REFUSING = "mission-locale"
LATER = timedelta(minutes=10)
"""The second time comes while one looks on."""


async def play(story: Play) -> str:
    """Plays it; the journey's correlation id."""
    sent = await _redirected(story)
    place = await story.host_place()
    for what, after, status, told in (
        ("un atelier", SOON, AttendanceStatus.MISSED, "L’heure venue, la personne n’est pas là"),
        ("un second atelier", LATER, AttendanceStatus.SEEN, "La seconde fois, elle est venue"),
    ):
        session = await _opened(story, place, what, after=after)
        booking = await _booked(story, sent, session)
        came = status is AttendanceStatus.SEEN
        there = AttendanceRecorded(
            booking=booking,
            status=status,
            topics=[Need.ONLINE_PROCEDURES] if came else [],
            minutes=50 if came else None,
        )
        await story.step(told, story.submit(HOST, there), by="scheduling")
    correlation = str(sent["correlation_id"])
    await story.step(
        "Le département voit le parcours, avec ses détours, sans aucun nom",
        story.whole(correlation, HARD),
        by="reporting",
    )
    return correlation


async def _redirected(story: Play) -> dict[str, Any]:
    """From the deposit to the third organisation, which takes the person."""
    sender, host, refusing = (story.organisation(slug).name for slug in (SENDER, HOST, REFUSING))
    silent = story.organisation(library(story)[1].organisation)
    ids = await story.ids()
    person = await story.step(
        f"{sender} dépose l’identité d’une personne ; seul un numéro en sort",
        story.deposit(),
        by="referrals",
    )
    asked = await _sending(story, person, [ids[silent.slug], ids[REFUSING]])
    sent: dict[str, Any] = await story.step(
        f"{sender} sollicite deux organisations : {silent.name} et {refusing}",
        story.submit(SENDER, asked),
        by="referrals",
    )
    no = ReferralRefused(referral=sent["subject"], reason=RefusalReason.SESSION_FULL)
    await story.step(
        f"{refusing} refuse, et dit pourquoi ; l’autre ne répond pas",
        story.submit(REFUSING, no),
        by="referrals",
    )
    elsewhere = ReferralRedirected(
        referral=sent["subject"],
        from_organisation=ids[silent.slug],
        targets=[ids[HOST]],
        reason=RedirectReason.NO_ANSWER,
    )
    await story.step(
        f"{sender} réoriente : {host} est sollicité à sa place",
        story.submit(SENDER, elsewhere),
        by="referrals",
    )
    await story.step(
        f"{host} prend la personne en charge",
        story.submit(HOST, ReferralAccepted(referral=sent["subject"])),
        by="referrals",
    )
    return {**sent, "person": person}


async def _sending(story: Play, person: str, targets: list[str]) -> ReferralSent:
    found = await examples.directory(await story.door("partners", SENDER))
    one = examples.referral_sent(found[HOST], person=person)
    return ReferralSent.model_validate({**one.model_dump(exclude_none=True), "targets": targets})


async def _opened(story: Play, place: dict[str, Any], what: str, *, after: timedelta) -> str:
    declared = SessionDeclared.model_validate(workshop(place["place"], after=after))
    session = await story.step(
        f"{story.organisation(HOST).name} ouvre {what} : « {place['name']} »",
        story.submit(HOST, declared),
        by="scheduling",
    )
    return str(session["subject"])


async def _booked(story: Play, sent: dict[str, Any], session: str) -> str:
    seat = BookingRequested(session=session, person=sent["person"], referral=sent["subject"])
    booking = await story.step(
        f"{story.organisation(SENDER).name} y prend une place pour la personne",
        story.submit(SENDER, seat),
        by="scheduling",
    )
    return str(booking["subject"])
