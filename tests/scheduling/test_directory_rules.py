"""The rules by which scheduling follows the directory: plain values in, plain values out."""

from uuid import UUID

import pytest

from scheduling.domain.directory import (
    Fact,
    NeverRegistered,
    Organisation,
    Registered,
    Renamed,
    Standing,
    Stands,
    evolve,
)

ID = UUID("01980000-0000-7000-8000-000000000001")
REGISTERED = Registered(slug="tela", name="Tela")


def after(*facts: Fact) -> Organisation | None:
    known: Organisation | None = None
    for fact in facts:
        known = evolve(known, fact, organisation=ID)
    return known


def test_a_registered_organisation_may_not_act_yet() -> None:
    assert after(REGISTERED) == Organisation(
        id=ID, slug="tela", name="Tela", standing=Standing.PENDING
    )


@pytest.mark.parametrize("standing", Standing)
def test_an_organisation_stands_as_the_directory_says(standing: Standing) -> None:
    organisation = after(REGISTERED, Stands(standing=standing))

    assert organisation is not None
    assert organisation.standing is standing


def test_a_new_name_changes_neither_slug_nor_standing() -> None:
    organisation = after(REGISTERED, Stands(standing=Standing.ACTIVE), Renamed(name="Réseau Tela"))

    assert organisation == Organisation(
        id=ID, slug="tela", name="Réseau Tela", standing=Standing.ACTIVE
    )


@pytest.mark.parametrize(
    "history",
    [
        (REGISTERED,),
        (REGISTERED, Stands(standing=Standing.ACTIVE)),
        (REGISTERED, Renamed(name="Réseau Tela"), Stands(standing=Standing.SUSPENDED)),
    ],
)
def test_a_history_told_twice_ends_as_told_once(history: tuple[Fact, ...]) -> None:
    assert after(*history, *history) == after(*history)


@pytest.mark.parametrize("fact", [Renamed(name="Tela"), Stands(standing=Standing.ACTIVE)])
def test_a_fact_about_an_unregistered_organisation_is_named(fact: Fact) -> None:
    with pytest.raises(NeverRegistered) as error:
        after(fact)

    assert error.value.organisation == ID
