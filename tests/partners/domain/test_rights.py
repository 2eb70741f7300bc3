"""Who may send what, and who may give which role."""

from itertools import product

import pytest

from contracts import catalogue, codes
from partners.domain.refusals import BadGrant, GrantRefused, TypeNotAllowed
from partners.domain.rights import (
    INTENTS_OF,
    RIGHTS_OF,
    Kind,
    Right,
    Role,
    check_grant,
    check_scopes,
    check_type_allowed,
)
from partners.domain.submission import Door

SENT = "maillage.intent.referral.sent.v1"
ACCEPTED = "maillage.intent.referral.accepted.v1"


@pytest.mark.parametrize("right", Right)
@pytest.mark.parametrize("event_type", [each.type for each in catalogue.INTENTS])
def test_a_right_covers_its_own_types_and_no_other(right: Right, event_type: str) -> None:
    if event_type in INTENTS_OF[right]:
        check_type_allowed(frozenset({right}), event_type)
        return
    with pytest.raises(TypeNotAllowed):
        check_type_allowed(frozenset({right}), event_type)


def test_every_intent_of_the_catalogue_belongs_to_one_right() -> None:
    covered = [name for names in INTENTS_OF.values() for name in names]

    assert sorted(covered) == sorted(each.type for each in catalogue.INTENTS)


def test_a_caf_refers_and_receives_nobody() -> None:
    rights = RIGHTS_OF[Kind.FAMILY_ALLOWANCE_FUND]

    check_type_allowed(rights, SENT)
    with pytest.raises(TypeNotAllowed):
        check_type_allowed(rights, ACCEPTED)


def test_an_organisation_of_another_kind_has_no_right_until_it_is_given_one() -> None:
    with pytest.raises(TypeNotAllowed):
        check_type_allowed(RIGHTS_OF[Kind.OTHER], SENT)


@pytest.mark.parametrize(("granter", "role"), list(product(Role, Role)))
def test_nobody_gives_a_role_beyond_their_own_house(granter: Role, role: Role) -> None:
    platform = granter in {Role.ADMINISTRATOR, Role.DEPARTMENT}
    house = {Role.PROFESSIONAL, Role.MEDIATOR, Role.PARTNER_ADMINISTRATOR}
    may = (platform and role is not Role.ADMINISTRATOR) or (
        granter is Role.PARTNER_ADMINISTRATOR and role in house
    )
    if may:
        assert check_grant([granter], [role]) == {role}
        return
    with pytest.raises(GrantRefused):
        check_grant([granter], [role])


@pytest.mark.parametrize("roles", [[], ["king"], ["professional", "king"]])
def test_no_role_or_an_unknown_one_is_refused(roles: list[str]) -> None:
    with pytest.raises(BadGrant):
        check_grant([Role.ADMINISTRATOR], roles)


def test_an_unknown_scope_is_refused() -> None:
    assert check_scopes(["events", "history"]) == {"events", "history"}
    with pytest.raises(BadGrant):
        check_scopes(["events", "everything"])


def test_the_domain_has_the_codes_of_the_contracts() -> None:
    assert {role.value for role in Role} == {code.value for code in codes.Role}
    assert {door.value for door in Door} == {code.value for code in codes.Door}
