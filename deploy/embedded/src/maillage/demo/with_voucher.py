"""With a voucher: from the referral to what the place is due, and to the département's figure."""

from typing import Any

from chassis.clock import SystemClock
from contracts.codes import AttendanceStatus, Need, Outcome
from contracts.intents.referrals import ReferralAccepted, ReferralCompleted
from contracts.intents.scheduling import AttendanceRecorded, BookingRequested, SessionDeclared
from contracts.intents.vouchers import BookletIssued
from contracts.journeys import WITH_VOUCHER
from maillage import examples
from maillage.demo.play import HOST, SENDER, WITNESS, Play, workshop
from maillage.founding import titles
from pages.french import euros, number


async def play(story: Play) -> str:
    """Plays it; the journey's correlation id."""
    sender, host = (story.organisation(slug).name for slug in (SENDER, HOST))
    before = await story.step(
        "Le département lit ses chiffres d’avant", _figures(story), by="reporting"
    )
    sent = await _referred(story, sender=sender, host=host)
    referral, correlation = sent["subject"], str(sent["correlation_id"])
    booking = await _booked(story, sent, sender=sender, host=host)
    there = AttendanceRecorded(
        booking=booking,
        status=AttendanceStatus.SEEN,
        topics=[Need.ONLINE_PROCEDURES],
        minutes=50,
        title_presented=True,
    )
    await story.step(
        "L’atelier a lieu : la personne est là et remet un chèque",
        story.submit(HOST, there),
        by="scheduling",
    )
    await story.step(
        "Le chèque est encaissé : une présence, un lieu labellisé ce jour-là",
        story.fact(correlation, "maillage.voucher.redeemed.v1"),
        by="vouchers",
    )
    done = ReferralCompleted(referral=referral, outcome=Outcome.AUTONOMOUS)
    await story.step(
        f"{host} dit ce qui en est sorti : la personne est autonome",
        story.submit(HOST, done),
        by="referrals",
    )
    await _paid(story, before)
    await story.step(
        "Le département voit le parcours entier, sans aucun nom",
        story.whole(correlation, WITH_VOUCHER),
        by="reporting",
    )
    return correlation


async def _referred(story: Play, *, sender: str, host: str) -> dict[str, Any]:
    person = await story.step(
        f"{sender} dépose l’identité d’une personne ; seul un numéro en sort",
        story.deposit(),
        by="referrals",
    )
    target = (await examples.directory(await story.door("partners", SENDER)))[HOST]
    sent: dict[str, Any] = await story.step(
        f"{sender} envoie l’orientation ; elle est reçue, décidée, acceptée",
        story.submit(SENDER, examples.referral_sent(target, person=person)),
        by="referrals",
    )
    await story.step(
        f"{host} la voit, avec le nom : la personne a donné son accord",
        _name_shown(story, sent["subject"]),
        by="referrals",
    )
    await story.step(
        f"{host} prend la personne en charge",
        story.submit(HOST, ReferralAccepted(referral=sent["subject"])),
        by="referrals",
    )
    booklet = BookletIssued(
        programme=titles.current(
            story.data.programme, story.stack.state.department, SystemClock().now()
        ).id,
        person=person,
        referral=sent["subject"],
    )
    await story.step(
        f"{sender} remet un carnet de chèques à la personne",
        story.submit(SENDER, booklet),
        by="vouchers",
    )
    return {**sent, "person": person}


async def _booked(story: Play, sent: dict[str, Any], *, sender: str, host: str) -> str:
    place = await story.host_place()
    session = await story.step(
        f"{host} ouvre un atelier : « {place['name']} », dans cinq minutes",
        story.submit(HOST, SessionDeclared.model_validate(workshop(place["place"]))),
        by="scheduling",
    )
    seat = BookingRequested(
        session=session["subject"], person=sent["person"], referral=sent["subject"]
    )
    booking = await story.step(
        f"{sender} y prend une place pour la personne",
        story.submit(SENDER, seat),
        by="scheduling",
    )
    await story.step(
        "Un chèque du carnet est mis de côté pour cette place",
        story.fact(str(sent["correlation_id"]), "maillage.booklet.held.v1"),
        by="vouchers",
    )
    return str(booking["subject"])


async def _name_shown(story: Play, referral: str) -> None:
    vault = await story.door("referrals", HOST)

    async def shown() -> bool:
        found = await vault.look(f"/v1/referrals/{referral}", until=story.deadline)
        return bool(found and found["names"])

    await story.until(shown)


async def _paid(story: Play, before: dict[str, int]) -> None:
    programme = titles.current(
        story.data.programme, story.stack.state.department, SystemClock().now()
    ).id
    await story.step(
        "Le département arrête les comptes : chaque lieu saura ce qui lui est dû",
        story.once("vouchers", WITNESS, f"/v1/programmes/{programme}/settlements"),
        by="vouchers",
    )

    async def grown() -> dict[str, int] | None:
        now = await _figures(story)
        return now if now["vouchers_settled"] > before["vouchers_settled"] else None

    now = await story.step(
        "Le chiffre suit, et chaque financeur lit sa part", story.until(grown), by="reporting"
    )
    settled, cents = number(now["vouchers_settled"]), euros(now["cents_settled"])
    story.narration.say(f"             chèques portés en décompte : {settled}, soit {cents}")


async def _figures(story: Play) -> dict[str, int]:
    door = await story.door("reporting", WITNESS)
    found = await door.ask("GET", "/v1/counts", until=story.deadline)
    counts: dict[str, int] = found["counts"]
    return counts
