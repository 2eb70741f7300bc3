"""The courses of people whom someone refers: sent, answered, seated, met, and what came of it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from typing import Any, Final

from contracts.codes import (
    AgreementScope,
    BookingCancellation,
    Channel,
    Outcome,
    RedirectReason,
    Urgency,
)
from maillage.founding.data import Organisation, Place
from maillage.scenario import customs
from maillage.scenario.calendar import PARIS, days, instant, next_working, working
from maillage.scenario.customs import Sender, Size
from maillage.scenario.dice import Dice
from maillage.scenario.ground import around, choices, inhabitants
from maillage.scenario.happenings import Cited, Deposit, Happening, Known, Said
from maillage.scenario.people import invent
from maillage.scenario.referred import Course, Person, presence
from maillage.scenario.timetable import Session, Timetable

SILENCE: Final = timedelta(days=21)
WITHIN: Final = timedelta(days=50)
BETWEEN: Final = timedelta(days=5)
CHANNELS: Final = {Channel.IN_PRESENCE: 7.0, Channel.PHONE: 2.0, Channel.PAPER: 1.0}
SCOPES: Final = {AgreementScope.RECEIVING_ORGANISATIONS: 8.0, AgreementScope.CONSORTIUM: 2.0}


@dataclass(slots=True, kw_only=True)
class Courses:
    """Invents them one after the other, and keeps what happens."""

    seed: str
    department: str
    year: int
    organisations: Sequence[Organisation]
    places: Sequence[Place]
    timetable: Timetable
    size: Size
    happenings: list[Happening] = field(default_factory=list)
    spent_at: list[datetime] = field(default_factory=list)
    stocks: dict[str, int] = field(default_factory=dict)
    _dice: Dice = field(init=False)
    _people: dict[str, list[Person]] = field(default_factory=dict)
    _count: int = 0

    def __post_init__(self) -> None:
        self._dice = Dice(f"{self.seed} courses")

    def run(self) -> None:
        """All referrals of the year, in the order in which they are sent."""
        for sent_at in self._moments():
            slug, sender = self._sender()
            person = self._person(slug, sender, sent_at)
            course = self._send(slug, sender, person, sent_at)
            self._answer(course)

    def _moments(self) -> list[datetime]:
        """When a professional meets someone: office hours of working days, by the season."""
        first, last = date(self.year, self.size.months[0], 1), date(self.year, 12, 31)
        weights = {day: customs.MONTHS[day.month - 1] for day in days(first, last) if working(day)}
        chosen = self._dice.several(weights, self.size.referrals)
        return sorted(
            instant(day, time(self._dice.whole(9, 16), self._dice.whole(0, 59), second % 60))
            for second, day in enumerate(chosen)
        )

    def _sender(self) -> tuple[str, Sender]:
        name = self._dice.one({name: one.share for name, one in customs.SENDERS.items()})
        sender = customs.SENDERS[name]
        if name != customs.CCAS:
            return name, sender
        return next(one.slug for one in self.organisations if one.slug.startswith(name)), sender

    def _person(self, slug: str, sender: Sender, at: datetime) -> Person:
        dice, known = self._dice, self._people.setdefault(slug, [])
        if known and dice.chance(customs.KNOWN_ALREADY):
            return dice.any(known)
        born = dice.whole(*sender.born)
        commune = self._commune(slug, sender)
        number = f"{self.seed}-p{self._count:04}"
        if not dice.chance(customs.NAMED):
            return Person(id=number, commune=commune, born=born)
        identity = invent(dice, commune=commune, born=born)
        deposited = at - timedelta(minutes=dice.whole(3, 20))
        self.happenings.append(
            Deposit(id=number, at=deposited, organisation=slug, identity=identity)
        )
        known.append(Person(id=number, commune=commune, born=born, deposit=number))
        return known[-1]

    def _commune(self, slug: str, sender: Sender) -> str:
        home = next(one.commune for one in self.organisations if one.slug == slug)
        if sender.at_home:
            at_home = self._dice.chance(sender.at_home)
            return home if at_home else self._dice.one(around(home))
        return self._dice.one(inhabitants(self.department))

    def _send(
        self,
        slug: str,
        sender: Sender,
        person: Person,
        at: datetime,
    ) -> Course:
        dice = self._dice
        able = [one for one in self.places if one.organisation != slug]
        near = choices(person.commune, able)
        place = dice.one(near)
        targets = [place.organisation]
        second = dice.one(near).organisation
        if second not in targets and dice.chance(customs.SECOND_TARGET):
            targets.append(second)
        course = Course(
            id=f"{self.seed}-r{self._count:04}",
            sender=slug,
            person=person,
            need=dice.one(sender.needs),
            place=place,
            asked=targets,
            last_at=at,
        )
        self._count += 1
        agreement = {
            "taken_on": at.astimezone(PARIS).date().isoformat(),
            "channel": dice.one(CHANNELS),
            "text_version": f"{self.year}-01",
            "scope": dice.one(SCOPES),
        }
        agreed = person.deposit and dice.chance(customs.AGREED)
        self._say(
            course.id,
            at,
            slug,
            "referral.sent",
            {
                **person.whom,
                "partner_reference": f"{slug}-{self.year}-{self._count:04}",
                "need": course.need,
                "urgency": Urgency.URGENT if dice.chance(customs.URGENT) else Urgency.ORDINARY,
                "targets": [Cited(Known.ORGANISATION, one) for one in targets],
                **({"agreement": agreement} if agreed else {}),
            },
        )
        return course

    def _answer(self, course: Course) -> None:
        """Accepted, refused with a reason, or silence."""
        dice = self._dice
        fate = dice.one(
            {
                "accepted": customs.ACCEPTED,
                "refused": customs.REFUSED,
                "silence": 1 - customs.ACCEPTED - customs.REFUSED,
            }
        )
        at = self._later(course.last_at, days=(0, 9))
        if at is None:
            return
        if fate != "accepted":
            if fate == "refused":
                data = {"referral": course.referral, "reason": dice.one(customs.REFUSALS)}
                number, after = f"{course.id}-no{course.turn}", tuple(course.steps)
                self._say(number, at, course.host, "referral.refused", data, after=after)
            self._redirect(course, at, silent=fate == "silence")
            return
        booked = dice.chance(customs.BOOKED)
        by_sender = booked and course.place.online_booking and dice.chance(customs.BOOKED_BY_SENDER)
        if not by_sender:
            course.accepted = f"{course.id}-yes{course.turn}"
            data = {"referral": course.referral}
            after = tuple(course.steps)
            self._say(course.accepted, at, course.host, "referral.accepted", data, after=after)
        course.last_at = at
        if booked:
            self._help(course, by_sender=by_sender)
        self._tell_outcome(course)

    def _redirect(self, course: Course, at: datetime, *, silent: bool) -> None:
        """The sender looks through its referrals at the beginning of a month, and asks others.

        Seats come a month later at the earliest: by then every service has heard of it.
        """
        dice = self._dice
        month = _next_month(at + SILENCE if silent else at)
        asked = {course.sender, *course.asked}
        able = [one for one in self.places if one.organisation not in asked]
        if month.year != self.year or not dice.chance(customs.REDIRECTED[silent]):
            return
        place = dice.one(choices(course.person.commune, able))
        then = instant(
            next_working(month + timedelta(days=dice.whole(1, 6))), time(dice.whole(9, 16))
        )
        data = {
            "referral": course.referral,
            "from_organisation": Cited(Known.ORGANISATION, course.host),
            "targets": [Cited(Known.ORGANISATION, place.organisation)],
            "reason": RedirectReason.NO_ANSWER if silent else RedirectReason.REFUSED,
        }
        number = f"{course.id}-to{course.turn}"
        after = () if silent else (f"{course.id}-no{course.turn}",)
        self._say(number, then, course.sender, "referral.redirected", data, after=after)
        course.turn += 1
        course.place = place
        course.asked.append(place.organisation)
        course.steps.append(number)
        course.last_at = then
        course.not_before = instant(_next_month(then), time(8))
        self._answer(course)

    def _help(self, course: Course, *, by_sender: bool) -> None:
        """The seats taken for the person, one after the other."""
        dice = self._dice
        workshops = bool(self.timetable.workshops[course.place.reference])
        with_pass = workshops and self._hands_over(course)
        alone = not workshops or (not with_pass and not by_sender and dice.chance(customs.ALONE))
        sessions = dice.one(customs.PASS_SESSIONS if with_pass else customs.FREE_SESSIONS)
        after = max(course.last_at, course.not_before or course.last_at)
        for turn in range(sessions + 1):
            session = self._session(course, alone=alone, after=after)
            if session is None:
                return
            if turn == 0 and with_pass:
                self._hand_over(course)
            came = self._sit(course, session, turn, by_sender=by_sender, asked_at=after)
            after = session.ends_at + BETWEEN
            if course.seen == sessions or (not came and not dice.chance(customs.CAME_BACK)):
                return

    def _hands_over(self, course: Course) -> bool:
        may = course.sender in customs.DISTRIBUTORS and course.place.accepts_vouchers
        named = bool(course.person.deposit)
        return may and named and self._dice.chance(customs.WITH_PASS)

    def _hand_over(self, course: Course) -> None:
        course.booklet = f"{course.id}-pass"
        course.last_at += timedelta(minutes=self._dice.whole(20, 90))
        self.stocks[course.sender] = self.stocks.get(course.sender, 0) + 1
        data = {
            "programme": Cited(Known.PROGRAMME, ""),
            **course.person.whom,
            "referral": course.referral,
        }
        self._say(course.booklet, course.last_at, course.sender, "booklet.issued", data)

    def _session(self, course: Course, *, alone: bool, after: datetime) -> Session | None:
        soon = after + timedelta(days=2)
        if alone:
            # It is announced when it is agreed, and booked a minute later.
            return self.timetable.appointment(course.place, course.need, after=soon, within=WITHIN)
        return self.timetable.workshop(
            course.place, person=course.person.id, after=soon, within=WITHIN
        )

    def _sit(
        self, course: Course, session: Session, turn: int, *, by_sender: bool, asked_at: datetime
    ) -> bool:
        """Whether the person came, in the end."""
        dice = self._dice
        asked_at = max(asked_at, session.declared_at, course.last_at) + timedelta(minutes=5)
        session.people.add(course.person.id)
        direct = by_sender and session.capacity > 1
        booking = f"{course.id}-s{turn}"
        whom = course.person.whom if direct else course.person.nameless
        self._say(
            booking,
            asked_at,
            course.sender if direct else course.host,
            "booking.requested",
            {"session": Cited(Known.SUBJECT, session.id), **whom, "referral": course.referral},
            after=tuple(filter(None, (course.accepted, course.booklet))),
        )
        course.last_at = session.ends_at
        if dice.chance(customs.CANCELLED):
            at = session.starts_at - timedelta(hours=20)
            if at > asked_at:
                data = {
                    "booking": Cited(Known.SUBJECT, booking),
                    "reason": BookingCancellation.BY_PERSON,
                }
                self._say(f"{booking}-off", at, course.host, "booking.cancelled", data)
                return False
        return self._meet(course, session, booking)

    def _meet(self, course: Course, session: Session, booking: str) -> bool:
        dice = self._dice
        missed, excused = dice.chance(customs.MISSED), dice.chance(customs.EXCUSED)
        came = not (missed or excused)
        titled = came and bool(course.booklet) and not dice.chance(customs.TITLE_FORGOTTEN)
        at = session.starts_at + timedelta(minutes=dice.whole(10, 50))
        noted = f"{booking}-here"
        data = presence(dice, session, booking, came=came, excused=excused and not missed)
        data["title_presented"] = titled
        self._say(noted, at, course.host, "attendance.recorded", data)
        if titled:
            self.spent_at.append(at)
        if missed and dice.chance(customs.CORRECTED):
            # Came late, after the sheet was filled in.
            data = presence(dice, session, booking, came=True)
            late = session.ends_at + timedelta(minutes=5)
            fixed = f"{booking}-fixed"
            self._say(fixed, late, course.host, "attendance.corrected", data, after=(noted,))
            noted, came = fixed, True
        course.seen += came
        course.steps.append(noted)
        return came

    def _tell_outcome(self, course: Course) -> None:
        """Outcomes are written at the beginning of a month, for the months before."""
        if not course.accepted or not self._dice.chance(customs.TOLD):
            return
        review = next_working(_next_month(course.last_at) + timedelta(days=self._dice.whole(1, 5)))
        outcomes: Mapping[Outcome, float] = (
            customs.OUTCOMES if course.seen else customs.OUTCOMES_UNSEEN
        )
        data = {"referral": course.referral, "outcome": self._dice.one(outcomes)}
        at = instant(review, time(self._dice.whole(9, 11), self._dice.whole(0, 59)))
        self._say(
            f"{course.id}-done",
            at,
            course.host,
            "referral.completed",
            data,
            after=(course.accepted, *course.steps),
        )

    def _later(self, at: datetime, *, days: tuple[int, int]) -> datetime | None:
        """An office hour some days later; None when the year is over by then."""
        day = next_working(at.astimezone(PARIS).date() + timedelta(days=self._dice.whole(*days)))
        moment = instant(day, time(self._dice.whole(9, 16), self._dice.whole(0, 59)))
        if moment <= at:
            moment = at + timedelta(minutes=self._dice.whole(15, 90))
        return moment if moment.astimezone(PARIS).year == self.year else None

    def _say(
        self,
        number: str,
        at: datetime,
        organisation: str,
        kind: str,
        data: Mapping[str, Any],
        after: tuple[str, ...] = (),
    ) -> None:
        self.happenings.append(
            Said(id=number, at=at, organisation=organisation, kind=kind, data=data, after=after)
        )


def _next_month(at: datetime) -> date:
    """The first day of the month after."""
    day = at.astimezone(PARIS).date()
    return date(day.year + day.month // 12, day.month % 12 + 1, 1)
