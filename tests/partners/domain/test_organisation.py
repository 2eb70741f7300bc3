"""The life of an organisation: each pair of the table, and each fact."""

from dataclasses import replace
from itertools import product
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from contracts import codes
from partners.domain import organisation as domain
from partners.domain.organisation import (
    TRANSITIONS,
    Description,
    Organisation,
    OrganisationActivated,
    OrganisationChanged,
    OrganisationReinstated,
    OrganisationSuspended,
    State,
    Step,
    SuspensionReason,
)
from partners.domain.refusals import BadOrganisation, TransitionRefused
from partners.domain.rights import RIGHTS_OF, Kind, Right

ID = UUID("019530f0-0000-7000-8000-000000000001")
FACTS = {
    Step.ACTIVATE: OrganisationActivated,
    Step.SUSPEND: OrganisationSuspended,
    Step.REINSTATE: OrganisationReinstated,
}


def described(**changes: object) -> Description:
    said = Description(
        slug="tela", name="Tela", kind=Kind.THIRD_PLACE, commune="23008", rights=None
    )
    return replace(said, **changes)  # type: ignore[arg-type]  # each test names real fields


def standing(state: State) -> Organisation:
    new, _ = domain.register(described(), new=ID)
    return replace(new, state=state, sequence=7)


@pytest.mark.parametrize(("state", "step"), list(product(State, Step)))
def test_each_pair_of_state_and_step_is_in_the_table_or_refused(state: State, step: Step) -> None:
    before = standing(state)
    if (state, step) not in TRANSITIONS:
        with pytest.raises(TransitionRefused):
            domain.take_step(before, step, reason=SuspensionReason.MISUSE)
        return

    after, fact = domain.take_step(before, step, reason=SuspensionReason.MISUSE)

    assert after == replace(before, state=TRANSITIONS[state, step], sequence=8)
    assert isinstance(fact, FACTS[step])
    assert fact.organisation == ID


def test_the_table_is_the_one_of_the_issue() -> None:
    assert dict(TRANSITIONS) == {
        ("pending", "activate"): "active",
        ("active", "suspend"): "suspended",
        ("suspended", "reinstate"): "active",
    }


def test_a_suspension_says_why() -> None:
    with pytest.raises(BadOrganisation):
        domain.take_step(standing(State.ACTIVE), Step.SUSPEND)


def test_a_new_organisation_is_pending_with_the_rights_of_its_kind() -> None:
    new, fact = domain.register(described(kind=Kind.FAMILY_ALLOWANCE_FUND), new=ID)

    assert (new.state, new.sequence) == (State.PENDING, 1)
    assert new.rights == {Right.REFER, Right.BOOK, Right.DISTRIBUTE}
    assert (fact.organisation, fact.slug, fact.kind) == (ID, "tela", Kind.FAMILY_ALLOWANCE_FUND)


def test_the_same_description_again_tells_nobody() -> None:
    before = standing(State.ACTIVE)

    assert domain.describe(before, described()) == (before, None)


def test_a_new_name_is_a_fact_with_the_next_number() -> None:
    after, fact = domain.describe(standing(State.ACTIVE), described(name="Tela, le réseau"))

    assert after.sequence == 8
    assert fact == OrganisationChanged(
        organisation=ID,
        slug="tela",
        name="Tela, le réseau",
        kind=Kind.THIRD_PLACE,
        commune="23008",
    )


def test_rights_change_without_a_fact_for_no_other_service_knows_them() -> None:
    after, fact = domain.describe(standing(State.ACTIVE), described(rights=frozenset()))

    assert (after.rights, after.sequence, fact) == (frozenset(), 7, None)


@pytest.mark.parametrize(
    "changes",
    [
        {"slug": ""},
        {"slug": "Tela"},
        {"slug": "te--la"},
        {"slug": "-tela"},
        {"slug": "te.la"},
        {"slug": "a" * 41},
        {"slug": "tela\n"},
        {"name": " "},
        {"name": "x" * 121},
        {"name": "Te\0la"},
        {"commune": "2300"},
        {"commune": "Guéret"},
    ],
)
def test_a_description_is_refused_whole(changes: dict[str, object]) -> None:
    with pytest.raises(BadOrganisation):
        domain.register(described(**changes), new=ID)


@given(steps=st.lists(st.sampled_from(Step), max_size=12))
def test_facts_are_numbered_without_a_gap_whatever_is_tried(steps: list[Step]) -> None:
    organisation, _ = domain.register(described(), new=ID)
    numbers = [organisation.sequence]
    for step in steps:
        try:
            organisation, _fact = domain.take_step(
                organisation, step, reason=SuspensionReason.SECURITY
            )
        except TransitionRefused:
            continue
        numbers.append(organisation.sequence)

    assert numbers == list(range(1, len(numbers) + 1))


def test_the_domain_has_the_codes_of_the_contracts() -> None:
    assert {kind.value for kind in Kind} == {code.value for code in codes.OrganisationKind}
    assert {each.value for each in SuspensionReason} == {
        code.value for code in codes.SuspensionReason
    }
    assert set(RIGHTS_OF) == set(Kind)
