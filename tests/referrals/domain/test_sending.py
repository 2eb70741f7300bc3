"""What may leave, when it may be dated, and who may read a name."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from uuid import UUID, uuid4

import pytest
from hypothesis import given
from hypothesis import strategies as st

from contracts.codes import AgreementScope, BirthBand
from contracts.codes import birth_band as contract_birth_band
from referrals.domain.events import AgreementRecorded, ReferralSent
from referrals.domain.instants import check_reach, settle
from referrals.domain.persons import Identity, birth_band
from referrals.domain.referrals import State
from referrals.domain.refusals import Refusal
from referrals.domain.sending import AgreementTaken, Need, Sending, Standing, decide_sending
from referrals.domain.sharing import WIDE_SCOPE, Ground, Permission, Share, permit

AT = datetime(2026, 11, 24, 22, 30, tzinfo=UTC)  # 23:30 in Paris
NOW = AT
SENDER, ACTIVE, SUSPENDED, PENDING, UNKNOWN = (uuid4() for _ in range(5))
STANDINGS = {
    ACTIVE: Standing.ACTIVE,
    SUSPENDED: Standing.SUSPENDED,
    PENDING: Standing.PENDING,
    SENDER: Standing.ACTIVE,
}
AGREEMENT = AgreementTaken(
    taken_on=date(2026, 11, 24),
    channel="phone",
    text_version="2026-01",
    scope="receiving_organisations",
)


def sending(*targets: UUID, agreement: AgreementTaken | None = AGREEMENT) -> Sending:
    return Sending(
        referral=uuid4(),
        sender=SENDER,
        person=uuid4(),
        need=Need(
            need="email",
            urgency="ordinary",
            due_on=None,
            level="beginner",
            commune="23096",
            birth_band="1950-1959",
        ),
        targets=targets,
        agreement=agreement,
        agreement_id=uuid4(),
    )


def code(result: object) -> str | None:
    return result.code if isinstance(result, Refusal) else None


def test_a_sending_says_the_agreement_and_then_itself() -> None:
    one = sending(ACTIVE)

    facts = decide_sending(one, standings=STANDINGS, at=AT)

    assert isinstance(facts, list)
    recorded, sent = facts
    assert isinstance(recorded, AgreementRecorded)
    assert isinstance(sent, ReferralSent)
    assert recorded.agreement == sent.agreement == one.agreement_id
    assert recorded.person == sent.person == one.person
    assert (sent.sender, sent.targets, sent.commune) == (SENDER, (ACTIVE,), "23096")


def test_without_agreement_it_leaves_all_the_same() -> None:
    facts = decide_sending(sending(ACTIVE, agreement=None), standings=STANDINGS, at=AT)

    assert isinstance(facts, list)
    (sent,) = facts
    assert isinstance(sent, ReferralSent)
    assert sent.agreement is None


@pytest.mark.parametrize(
    ("targets", "expected"),
    [
        ((SENDER,), "own-organisation"),
        ((ACTIVE, SENDER), "own-organisation"),
        ((SUSPENDED,), "organisation-not-active"),
        ((UNKNOWN, SUSPENDED), "organisation-not-active"),
        ((ACTIVE, UNKNOWN), "unknown-organisation"),
        ((PENDING,), "unknown-organisation"),
    ],
)
def test_a_target_that_cannot_receive_stops_the_sending(
    targets: tuple[UUID, ...], expected: str
) -> None:
    assert code(decide_sending(sending(*targets), standings=STANDINGS, at=AT)) == expected


def test_an_agreement_is_never_dated_after_the_sending_as_france_counts_days() -> None:
    tomorrow = replace(AGREEMENT, taken_on=date(2026, 11, 25))
    past_midnight_in_paris = AT + timedelta(minutes=31)

    early = decide_sending(sending(ACTIVE, agreement=tomorrow), standings=STANDINGS, at=AT)
    late = decide_sending(
        sending(ACTIVE, agreement=tomorrow), standings=STANDINGS, at=past_midnight_in_paris
    )

    assert code(early) == "agreement-in-the-future"
    assert isinstance(late, list)


@pytest.mark.parametrize(
    ("back", "scope", "expected"),
    [
        (timedelta(days=45), "", None),
        (timedelta(days=45, microseconds=1), "", "time-out-of-range"),
        (timedelta(days=900), "history", None),
        (timedelta(minutes=-5), "", None),
        (timedelta(minutes=-5, microseconds=-1), "", "time-out-of-range"),
        (timedelta(days=-1), "history", "time-out-of-range"),
    ],
)
def test_a_command_lies_at_most_45_days_back_and_never_ahead(
    back: timedelta, scope: str, expected: str | None
) -> None:
    result = check_reach(NOW - back, now=NOW, history=scope == "history")

    assert code(result) == expected


@given(st.timedeltas(timedelta(days=-45), timedelta(minutes=5)))
def test_what_is_kept_never_lies_ahead(distance: timedelta) -> None:
    assert settle(NOW + distance, now=NOW) <= NOW


@given(st.integers(min_value=1850, max_value=2029))
def test_years_fall_into_the_bands_of_the_contract(year: int) -> None:
    assert birth_band(year) == contract_birth_band(year).value
    assert birth_band(year) in list(BirthBand)


def test_no_year_is_no_band() -> None:
    assert birth_band(None) is None


def test_a_name_stays_out_of_what_a_traceback_prints() -> None:
    one = Identity(family_name="Dupont", given_name="Odette", phone="0555000000", email="o@d.fr")

    assert "Dupont" not in repr(one)
    assert "Odette" not in repr(one)
    assert "0555" not in repr(one)
    assert one.changed_from(replace(one, phone=None, email=None)) == ("phone", "email")


def share(state: State, agreement: UUID | None) -> Share:
    return Share(referral=uuid4(), agreement=agreement, state=state)


def test_who_deposited_the_person_reads_the_name_without_agreement() -> None:
    assert permit(registered_by_us=True, shares=[], wide_agreement=None) == Permission(
        ground=Ground.REGISTERED_BY_US
    )


@pytest.mark.parametrize("state", State)
def test_a_receiver_reads_the_name_while_an_agreement_covers_it_and_it_has_not_refused(
    state: State,
) -> None:
    agreement = uuid4()
    covered, bare = share(state, agreement), share(state, None)

    with_agreement = permit(registered_by_us=False, shares=[covered], wide_agreement=None)
    without = permit(registered_by_us=False, shares=[bare], wide_agreement=None)

    assert code(without) == "no-agreement"
    if state in {State.REFUSED, State.REDIRECTED}:
        assert code(with_agreement) == "no-agreement"
    else:
        assert with_agreement == Permission(
            ground=Ground.AGREEMENT, referral=covered.referral, agreement=agreement
        )


def test_an_agreement_for_the_whole_consortium_covers_a_later_referral_but_no_stranger() -> None:
    wide, bare = uuid4(), share(State.SENT, None)

    receiver = permit(registered_by_us=False, shares=[bare], wide_agreement=wide)
    stranger = permit(registered_by_us=False, shares=[], wide_agreement=wide)

    assert isinstance(receiver, Permission)
    assert receiver.agreement == wide
    assert code(stranger) == "no-agreement"
    assert str(AgreementScope.CONSORTIUM) == WIDE_SCOPE
