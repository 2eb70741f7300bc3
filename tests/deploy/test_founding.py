"""The founding data of the three départements hold together and fit the doors they go through."""

from datetime import UTC, date, datetime, time

import pytest

import territory
from contracts.codes import PlaceKind
from maillage.environments import KAFKA_DOORS
from maillage.founding.data import Hours, founding
from maillage.founding.titles import current
from maillage.home import DEPARTMENTS
from partners.domain.organisation import Description
from partners.domain.rights import RIGHTS_OF, Kind, Right, Role, Scope
from vouchers.domain.money import shares_of_serial

everywhere = pytest.mark.parametrize("department", DEPARTMENTS)


@everywhere
def test_organisations_are_such_as_partners_takes(department: str) -> None:
    for one in founding(department).organisations:
        description = Description(
            slug=one.slug, name=one.name, kind=Kind(one.kind), commune=one.commune
        )
        assert description.checked() == description


@everywhere
def test_organisations_sit_in_communes_of_the_departement(department: str) -> None:
    known = {one.code for one in territory.communes(department)}
    assert {one.commune for one in founding(department).organisations} <= known


@everywhere
def test_a_commune_named_in_a_name_is_the_one_of_the_code(department: str) -> None:
    for one in founding(department).organisations:
        if one.kind in {"commune", "social_action_centre", "france_services"}:
            commune = territory.commune(one.commune)
            assert commune is not None
            assert commune.name in one.name


@everywhere
def test_everyone_belongs_to_an_organisation_that_is_there(department: str) -> None:
    data = founding(department)
    slugs = [one.slug for one in data.organisations]
    assert len(set(slugs)) == len(slugs)
    assert {one.organisation for one in data.colleagues} <= set(slugs)
    assert {one.organisation for one in data.programs} <= set(slugs)
    assert set(KAFKA_DOORS) <= set(slugs)


@everywhere
def test_roles_and_scopes_are_known(department: str) -> None:
    data = founding(department)
    grantable = set(Role) - {Role.ADMINISTRATOR}
    assert all(set(one.roles) <= grantable for one in data.colleagues)
    for program in data.programs:
        assert set(program.roles) <= grantable
        assert set(program.scopes) <= set(Scope) - {Scope.HISTORY}


@everywhere
def test_names_that_scripts_rely_on(department: str) -> None:
    names = {one.name for one in founding(department).programs}
    assert {"caf", "mission-locale", "tela", "departement", "auditeur"} <= names
    logins = {one.login for one in founding(department).colleagues}
    assert "helene" in logins  # whose link the demo shows


@everywhere
def test_places_stand_in_the_departement_and_belong_to_who_may_hold_them(department: str) -> None:
    data = founding(department)
    known = {one.code: one.name for one in territory.communes(department)}
    rights = {one.slug: RIGHTS_OF[Kind(one.kind)] for one in data.organisations}
    references = [one.reference for one in data.places]
    assert len(set(references)) == len(references)
    for one in data.places:
        assert one.kind in set(PlaceKind)
        assert one.commune in known
        assert Right.HOST in rights[one.organisation]
        if one.kind == "bus":
            town = known[one.commune].removeprefix("Le ")
            assert town in one.name, "a stop is called after its town"
    assert {"even", "odd"} <= {
        ("even", "odd")[hours.parity]
        for one in data.places
        if one.kind == "bus"
        for hours in one.opens
        if hours.parity is not None
    }


@everywhere
def test_workshops_are_such_as_scheduling_takes(department: str) -> None:
    for one in founding(department).places:
        for hours in one.workshops:
            assert hours.starts < hours.ends <= time(hours.starts.hour + 2, hours.starts.minute)
        for hours in one.opens:
            assert hours.starts < hours.ends


@everywhere
def test_the_pass_can_be_paid_handed_over_and_used(department: str) -> None:
    data = founding(department)
    rights = {one.slug: RIGHTS_OF[Kind(one.kind)] for one in data.organisations}
    programme = data.programme
    assert {programme.buyer, *programme.funders} <= set(rights)
    assert all(Right.DISTRIBUTE in rights[slug] for slug in programme.stocks)
    assert sum(programme.stocks.values()) >= 300, "stock for many runs"
    weights = list(programme.funders.values())
    lines = [
        shares_of_serial(serial, face_cents=programme.denomination_cents, weights=weights)
        for serial in range(1, 11)
    ]
    assert {sum(line) for line in lines} == {programme.denomination_cents}
    assert any(one.accepts_vouchers and one.workshops for one in data.places)


def test_an_edition_is_of_the_year_in_paris() -> None:
    terms = founding("23").programme
    eve = datetime(2026, 12, 31, 22, 59, tzinfo=UTC)
    before = current(terms, "23", eve)
    after = current(terms, "23", datetime(2026, 12, 31, 23, 1, tzinfo=UTC))
    assert before == current(terms, "23", eve.replace(month=1))
    assert (before.since, before.until) == (date(2026, 1, 1), date(2027, 12, 31))
    assert after.since == date(2027, 1, 1)
    assert len({before.id, after.id, current(terms, "19", eve).id}) == 3


def test_hours_fall_on_their_weeks() -> None:
    odd = Hours.parse("odd tue 14:00-16:00")
    assert (odd.starts, odd.ends) == (time(14), time(16))
    # 2026 has 53 ISO weeks: two odd weeks follow each other at its end.
    tuesdays = [date(2026, 12, 22), date(2026, 12, 29), date(2027, 1, 5), date(2027, 1, 12)]
    assert [odd.falls_on(day) for day in tuesdays] == [False, True, True, False]
    every = Hours.parse("tue 14:00-16:00")
    assert all(every.falls_on(day) for day in tuesdays)
    assert not every.falls_on(date(2026, 12, 23))
    with pytest.raises(ValueError, match="not in"):
        Hours.parse("sun 14:00-16:00")
