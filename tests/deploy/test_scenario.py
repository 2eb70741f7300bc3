"""The invented year: the same from the same seed, and such as the services take it."""

from collections import Counter
from datetime import UTC, date, datetime, timedelta
from itertools import pairwise
from pathlib import Path
from typing import Any
from uuid import UUID, uuid5

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import territory
from contracts.catalogue import intent
from contracts.codes import AttendanceStatus, Level, Need, RefusalReason
from maillage.founding.data import founding
from maillage.home import DEPARTMENTS, Home
from maillage.scenario import progress
from maillage.scenario.calendar import PARIS, closed, easter_sunday, holidays, next_working
from maillage.scenario.customs import SHORT
from maillage.scenario.happenings import Cited, Deposit, Known, Said, Scenario, resolved
from maillage.scenario.people import family_names
from maillage.scenario.playing import is_of_last_year
from maillage.scenario.year import invent, last_full_year
from maillage.trouble import Trouble
from partners.domain.rights import INTENTS_OF, RIGHTS_OF, Kind

YEAR = 2025
seeds = st.text(alphabet="abcdefgh0123456789", min_size=1, max_size=8)
few = settings(max_examples=6, deadline=None)


@pytest.fixture(scope="module", params=DEPARTMENTS)
def scenario(request: pytest.FixtureRequest) -> Scenario:
    return invent(request.param, YEAR)


def said(of: Scenario, kind: str) -> list[Said]:
    return [one for one in of.happenings if isinstance(one, Said) and one.kind == kind]


def stand_in(cited: Cited) -> str:
    """An id for what is known only while playing."""
    return str(uuid5(UUID(int=0), f"{cited.known} {cited.name}"))


@few
@given(seed=seeds)
def test_the_same_seed_makes_the_same_year(seed: str) -> None:
    first = invent("23", YEAR, size=SHORT, seed=seed)
    again = invent("23", YEAR, size=SHORT, seed=seed)
    assert first == again
    assert progress.fingerprint(first) == progress.fingerprint(again)
    other = invent("23", YEAR, size=SHORT, seed=f"{seed}x")
    assert not {one.id for one in first.happenings} & {one.id for one in other.happenings}


@few
@given(seed=seeds, department=st.sampled_from(sorted(DEPARTMENTS)))
def test_nothing_is_cited_before_it_is_there(seed: str, department: str) -> None:
    happenings = invent(department, YEAR, size=SHORT, seed=seed).happenings
    seen: set[str] = set()
    for one in happenings:
        if isinstance(one, Said):
            assert one.needs() <= seen, one
        seen.add(one.id)
    assert len(seen) == len(happenings)
    times = [one.at for one in happenings]
    assert times == sorted(times)


def test_the_year_has_the_size_that_is_told(scenario: Scenario) -> None:
    assert len(said(scenario, "referral.sent")) == 1_200
    assert len(said(scenario, "visit.recorded")) == 4_000
    kinds = {one.kind for one in scenario.happenings if isinstance(one, Said)}
    assert kinds >= {"session.cancelled", "booking.cancelled", "attendance.corrected"}
    assert {one.at.astimezone(PARIS).year for one in scenario.happenings} <= {
        YEAR,
        YEAR + 1,  # outcomes of December, written in January
    }


def test_every_intent_is_one_that_its_sender_may_send(scenario: Scenario) -> None:
    organisations = founding(scenario.department).organisations
    rights = {one.slug: RIGHTS_OF[Kind(one.kind)] for one in organisations}
    for one in scenario.happenings:
        if isinstance(one, Said):
            kind = f"maillage.intent.{one.kind}.v1"
            assert any(kind in INTENTS_OF[right] for right in rights[one.organisation]), one
            intent(kind).model_validate(resolved(one.data, stand_in))


def test_what_is_cited_is_in_the_founding_data(scenario: Scenario) -> None:
    data = founding(scenario.department)
    known = {Known.ORGANISATION: {one.slug for one in data.organisations}}
    known[Known.PLACE] = {one.reference for one in data.places}
    known[Known.MEDIATOR] = {one.reference for one in data.places if one.mediator}

    def find(cited: Cited) -> str:
        assert cited.name in known.get(cited.known, {cited.name})
        return ""

    for one in scenario.happenings:
        if isinstance(one, Said):
            resolved(one.data, find)


def test_answers_are_yes_no_and_silence(scenario: Scenario) -> None:
    asked = {one.id for one in said(scenario, "referral.sent")}
    answered = {
        kind: {(one.data["referral"].name, one.organisation) for one in said(scenario, kind)}
        for kind in ("referral.accepted", "referral.refused")
    }
    yes, no = answered.values()
    assert not yes & no, "one answer each"
    assert 0.65 <= len(yes) / len(asked) <= 0.85
    assert 0.08 <= len(no) / len(asked) <= 0.18
    assert len(asked - {referral for referral, _ in yes | no}) > 80, "silence"
    reasons = Counter(one.data["reason"] for one in said(scenario, "referral.refused"))
    assert len(reasons) >= 5
    assert set(reasons) <= set(RefusalReason)


def test_others_are_asked_in_the_place_of_who_refuses_or_is_silent(scenario: Scenario) -> None:
    asked = {
        one.id: {each.name for each in one.data["targets"]}
        for one in said(scenario, "referral.sent")
    }
    redirected = said(scenario, "referral.redirected")
    assert {one.data["reason"] for one in redirected} == {"no_answer", "refused"}
    for one in redirected:
        targets = asked[one.data["referral"].name]
        new = {each.name for each in one.data["targets"]}
        assert one.data["from_organisation"].name in targets
        assert not new & {*targets, one.organisation}
        targets |= new
        booked = [
            each.at
            for each in said(scenario, "booking.requested")
            if each.data.get("referral") == one.data["referral"] and each.organisation in new
        ]
        month = one.at.astimezone(PARIS).month
        assert all(at.astimezone(PARIS).month > month for at in booked)


def test_about_a_fifth_does_not_come(scenario: Scenario) -> None:
    statuses = Counter(one.data["status"] for one in said(scenario, "attendance.recorded"))
    total = statuses.total()
    assert 0.14 <= statuses[AttendanceStatus.MISSED] / total <= 0.24
    assert statuses[AttendanceStatus.EXCUSED] > 0


def test_workshops_are_short_and_never_overfull(scenario: Scenario) -> None:
    sessions = {one.id: one.data for one in said(scenario, "session.declared")}
    seats: Counter[str] = Counter(
        one.data["session"].name for one in said(scenario, "booking.requested")
    )
    assert {data["level"] for data in sessions.values() if "level" in data} == set(Level)
    for number, data in sessions.items():
        length = instant(data["ends_at"]) - instant(data["starts_at"])
        assert timedelta(0) < length <= timedelta(hours=2)
        assert 1 <= data["capacity"] <= 6
        assert seats[number] <= data["capacity"]
        assert not closed(instant(data["starts_at"]).astimezone(PARIS).date())


def test_nobody_holds_two_sessions_at_once(scenario: Scenario) -> None:
    held: dict[str, list[tuple[datetime, datetime]]] = {}
    for one in said(scenario, "session.declared"):
        if "mediator" in one.data:
            span = instant(one.data["starts_at"]), instant(one.data["ends_at"])
            held.setdefault(one.data["mediator"].name, []).append(span)
    assert len(held) >= 8
    for spans in held.values():
        ordered = sorted(spans)
        assert all(before[1] <= after[0] for before, after in pairwise(ordered))


def instant(text: str) -> datetime:
    return datetime.fromisoformat(text)


def test_the_bus_stops_on_its_weeks(scenario: Scenario) -> None:
    stops = {
        one.reference: {hours.parity for hours in one.opens}
        for one in founding(scenario.department).places
        if one.kind == "bus"
    }
    weeks: dict[str, set[int | None]] = {reference: set() for reference in stops}
    for one in said(scenario, "visit.recorded"):
        if one.data["place"].name in stops:
            week = one.at.astimezone(PARIS).isocalendar().week
            weeks[one.data["place"].name].add(week % 2)
    assert weeks == stops


def test_a_day_of_small_troubles_is_crowded(scenario: Scenario) -> None:
    days = Counter(
        (one.data["place"].name, one.at.astimezone(PARIS).date())
        for one in said(scenario, "visit.recorded")
    )
    crowded = [day for day, count in days.items() if count >= 40]
    assert len(crowded) >= 4
    topics = [
        topic
        for one in said(scenario, "visit.recorded")
        if (one.data["place"].name, one.at.astimezone(PARIS).date()) == crowded[0]
        for topic in one.data["topics"]
    ]
    assert Need.SECURITY in topics


def test_people_live_where_people_live(scenario: Scenario) -> None:
    people = {one.code: one.population for one in territory.communes(scenario.department)}
    found = Counter(
        one.identity["commune"] for one in scenario.happenings if isinstance(one, Deposit)
    )
    assert found.keys() <= people.keys()
    largest = max(people, key=lambda code: people[code])
    assert found.most_common(1)[0][0] == largest
    assert len(found) > len(people) // 4, "the villages too"


def test_names_and_contacts_are_nobodys(scenario: Scenario) -> None:
    communes = {one.name for one in territory.communes()}
    assert not family_names() & communes
    for one in scenario.happenings:
        if isinstance(one, Deposit):
            assert one.identity["family_name"] in family_names()
            assert str(one.identity["phone"])[:8] in {"05 36 49", "06 39 98", "None"}
            assert str(one.identity["email"]).endswith((".example", "None"))


def test_vouchers_spent_are_those_presented_and_no_more_than_were_handed_over(
    scenario: Scenario,
) -> None:
    issued = {one.data["referral"].name: one for one in said(scenario, "booklet.issued")}
    booked = {one.id: one for one in said(scenario, "booking.requested")}
    spent: Counter[str] = Counter()
    presented: Counter[int] = Counter()
    accepting = {
        one.reference for one in founding(scenario.department).places if one.accepts_vouchers
    }
    sessions = {one.id: one.data["place"].name for one in said(scenario, "session.declared")}
    for one in said(scenario, "attendance.recorded"):
        if one.data.get("title_presented"):
            booking = booked[one.data["booking"].name]
            spent[booking.data["referral"].name] += 1
            presented[one.at.astimezone(PARIS).month] += 1
            assert sessions[booking.data["session"].name] in accepting
            assert issued[booking.data["referral"].name].at < booking.at
    assert max(spent.values()) <= founding(scenario.department).programme.booklet_size
    months = range(1, 13)
    running = {(YEAR, m): sum(presented[each] for each in range(1, m + 1)) for m in months}
    assert scenario.spent == running
    handed: Counter[str] = Counter(one.organisation for one in issued.values())
    assert all(scenario.stocks[slug] > count for slug, count in handed.items())


@pytest.mark.parametrize("department", DEPARTMENTS)
def test_the_short_year_spends_vouchers_too(department: str) -> None:
    short = invent(department, YEAR, size=SHORT, seed=f"{department}-{YEAR}-court")
    assert max(short.spent.values()) > 0
    assert len(short.happenings) < 500


def test_the_year_is_the_last_that_is_over_in_france() -> None:
    assert last_full_year(datetime(2026, 12, 31, 22, 59, tzinfo=UTC)) == 2025
    assert last_full_year(datetime(2026, 12, 31, 23, 0, tzinfo=UTC)) == 2026


@pytest.mark.parametrize(
    ("year", "easter"),
    [(2024, date(2024, 3, 31)), (2025, date(2025, 4, 20)), (2027, date(2027, 3, 28))],
)
def test_easter_moves(year: int, easter: date) -> None:
    assert easter_sunday(year) == easter
    assert {easter + timedelta(days=1), date(year, 7, 14)} <= holidays(year)
    assert next_working(easter) == easter + timedelta(days=2)


def test_half_a_year_of_older_code_is_not_gone_on_with(tmp_path: Path) -> None:
    home = Home(tmp_path)
    first = invent("23", YEAR, size=SHORT, seed="a")
    kept = progress.progress_of(home, "court", first)
    kept.months, kept.ids = 1, {"a-r0001": "x"}
    kept.keep()
    assert progress.year_begun(home, "court") == YEAR
    assert progress.progress_of(home, "court", first) == kept
    other = invent("23", YEAR, size=SHORT, seed="b")
    with pytest.raises(Trouble, match="make reset"):
        progress.progress_of(home, "court", other)
    kept.finished = True
    kept.keep()
    assert progress.progress_of(home, "court", other).finished
    home.wipe()
    assert progress.year_begun(home, "court") is None


def test_the_last_full_year_is_known_to_be_played(tmp_path: Path) -> None:
    home, now = Home(tmp_path), datetime(YEAR + 1, 11, 29, tzinfo=UTC)
    assert not is_of_last_year(home, "", now)
    assert is_of_last_year(home, "annee", now)  # which begins now

    progress.progress_of(home, "court", invent("23", YEAR, size=SHORT, seed="a")).keep()

    assert is_of_last_year(home, "", now)
    a_year_later = now + timedelta(days=365)
    assert not is_of_last_year(home, "court", a_year_later)  # it goes on with the year it began
    assert is_of_last_year(home, "annee", a_year_later)


def test_a_broken_note_is_begun_anew(tmp_path: Path) -> None:
    home, scenario = Home(tmp_path), invent("23", YEAR, size=SHORT)
    progress.path_of(home, "court").write_text("{")
    kept: Any = progress.progress_of(home, "court", scenario)
    assert (kept.months, kept.ids, kept.finished) == (0, {}, False)
