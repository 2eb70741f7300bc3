"""Where each fact counts, and what a set of facts adds up to, without any database."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from reporting.domain import figures
from reporting.domain.days import day_of, end_of, start_of
from reporting.domain.facts import (
    Fact,
    OrganisationNamed,
    OrganisationStands,
    ReferralAccepted,
    ReferralCompleted,
    ReferralRefused,
    ReferralSent,
    Status,
)
from reporting.domain.figures import Cell, counted_in
from reporting.domain.fold import Fold
from tests.reporting.telling import CAF, START, TELA, named

REFERRAL = named("referral")
BEFORE_MIDNIGHT_IN_PARIS = datetime(2026, 11, 2, 22, 59, tzinfo=UTC)
AFTER_MIDNIGHT_IN_PARIS = datetime(2026, 11, 2, 23, 1, tzinfo=UTC)

SENT = ReferralSent(event="1", happened_at=START, referral=REFERRAL, sender=CAF)
ACCEPTED = ReferralAccepted(event="2", happened_at=START, referral=REFERRAL, organisation=TELA)


def test_a_fact_counts_on_its_day_in_paris() -> None:
    late = replace(SENT, happened_at=BEFORE_MIDNIGHT_IN_PARIS)
    later = replace(SENT, happened_at=AFTER_MIDNIGHT_IN_PARIS)

    assert [cell.day for cell in counted_in(late)] == [date(2026, 11, 2)]
    assert [cell.day for cell in counted_in(later)] == [date(2026, 11, 3)]


def test_a_day_has_23_or_25_hours_when_clocks_change() -> None:
    assert end_of(date(2026, 3, 29)) - start_of(date(2026, 3, 29)) == timedelta(hours=23)
    assert end_of(date(2026, 10, 25)) - start_of(date(2026, 10, 25)) == timedelta(hours=25)


@given(st.integers(0, 6_000_000_000))
def test_an_instant_lies_within_its_day(seconds: int) -> None:
    instant = datetime(2000, 1, 2, tzinfo=UTC) + timedelta(seconds=seconds)

    assert start_of(day_of(instant)) <= instant < end_of(day_of(instant))


def test_each_fact_counts_for_its_author_under_its_code() -> None:
    refused = ReferralRefused(
        event="3", happened_at=START, referral=REFERRAL, organisation=TELA, reason="session_full"
    )
    completed = ReferralCompleted(
        event="4", happened_at=START, referral=REFERRAL, organisation=TELA, outcome="autonomous"
    )

    assert [counted_in(fact) for fact in (SENT, ACCEPTED, refused, completed)] == [
        (Cell(figures.SENT.code, START.date(), CAF, ""),),
        (Cell(figures.ACCEPTED.code, START.date(), TELA, ""),),
        (Cell(figures.REFUSED.code, START.date(), TELA, "session_full"),),
        (Cell(figures.COMPLETED.code, START.date(), TELA, "autonomous"),),
    ]


def test_the_first_answer_is_the_earliest_whenever_it_is_learnt() -> None:
    earlier = replace(ACCEPTED, event="0", happened_at=START + timedelta(hours=1))
    later = replace(ACCEPTED, event="9", happened_at=START + timedelta(hours=2))
    fold = Fold()

    for fact in (later, earlier, SENT):
        fold.learn(fact)

    assert fold.answers == {REFERRAL: (earlier.happened_at, "0")}
    assert fold.sendings == {REFERRAL: (START, "1", CAF, "")}


def test_an_organisation_stands_where_its_latest_fact_puts_it() -> None:
    facts: list[Fact] = [
        OrganisationStands(event="2", organisation=CAF, sequence=2, status=Status.ACTIVE),
        OrganisationStands(event="4", organisation=CAF, sequence=4, status=Status.SUSPENDED),
        OrganisationStands(event="1", organisation=CAF, sequence=1, status=Status.PENDING),
        OrganisationNamed(event="3", organisation=CAF, sequence=3, name="CAF de la Creuse"),
        OrganisationNamed(event="1", organisation=CAF, sequence=1, name="CAF"),
    ]
    fold = Fold()

    for fact in facts:
        fold.learn(fact)

    assert fold.standings == {CAF: (4, Status.SUSPENDED, "4")}
    assert fold.names == {CAF: (3, "CAF de la Creuse")}


def some_facts() -> st.SearchStrategy[list[Fact]]:
    """Facts about few things at few moments, so that they meet."""
    moments = st.integers(0, 3).map(lambda hours: START + timedelta(hours=hours))
    organisations = st.sampled_from([CAF, TELA])
    sequences = st.integers(1, 6)
    about = {
        "event": st.integers(0, 10**6).map(str),
        "happened_at": moments,
        "referral": st.sampled_from([REFERRAL, named("other")]),
    }
    kinds = st.one_of(
        st.builds(ReferralSent, **about, sender=organisations),
        st.builds(ReferralAccepted, **about, organisation=organisations),
        st.builds(
            ReferralRefused, **about, organisation=organisations, reason=st.sampled_from("ab")
        ),
        st.builds(
            ReferralCompleted, **about, organisation=organisations, outcome=st.sampled_from("ab")
        ),
        # One aggregate's number says one thing: what a number tells follows from it.
        st.builds(
            lambda organisation, n: OrganisationNamed(
                event=str(n), organisation=organisation, sequence=n, name=f"name {n}"
            ),
            organisations,
            sequences,
        ),
        st.builds(
            lambda organisation, n: OrganisationStands(
                event=str(n), organisation=organisation, sequence=n, status=list(Status)[n % 3]
            ),
            organisations,
            sequences,
        ),
    )
    return st.lists(kinds, max_size=25)


@given(some_facts().flatmap(lambda facts: st.tuples(st.just(facts), st.permutations(facts))))
def test_the_order_in_which_facts_come_changes_nothing(
    orders: tuple[Sequence[Fact], Sequence[Fact]],
) -> None:
    as_told, shuffled = Fold(), Fold()

    for fact in orders[0]:
        as_told.learn(fact)
    for fact in orders[1]:
        shuffled.learn(fact)

    assert shuffled == as_told
