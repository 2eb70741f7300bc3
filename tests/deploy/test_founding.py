"""The founding data of the three départements hold together and fit the doors they go through."""

import pytest

import territory
from maillage.environments import KAFKA_DOORS
from maillage.founding.data import founding
from maillage.home import DEPARTMENTS
from partners.domain.organisation import Description
from partners.domain.rights import Kind, Role, Scope

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
