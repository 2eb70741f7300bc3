"""Messages are closed, bounded and frozen, and models and schemas judge alike."""

import json
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from contracts import catalogue
from contracts.catalogue import MESSAGES
from contracts.compatibility import resolved
from contracts.events import partners, referrals, scheduling
from contracts.intents.referrals import ReferralAccepted, ReferralSent
from contracts.intents.scheduling import SessionDeclared
from contracts.message import Message
from contracts.schema import closed_form
from contracts.topics import TOPICS
from tests.contracts.ground import UNHURRIED, valid_data, validator

VALIDATORS = {each.type: validator(each.type) for each in MESSAGES}
IDS = [f"{each.__module__}.{each.__name__}" for each in MESSAGES]

# Wrong for every field that has another form, and never what only a schema or only a model sees.
WRONG: list[Any] = [None, True, 3, 1.5, "", "?" * 600, [], {}, ["x"], "\x00", {"a": None}, -1]

SENT: dict[str, Any] = {
    "person": "01987a52-5c1f-7d04-8a51-7be1c9f4e023",
    "need": "online_procedures",
    "targets": ["01976f20-0000-7000-8000-00000000007e"],
}
ANONYMOUS = {"commune": "23096", "birth_band": "1950-1959"}


def problems(message: type[Message], data: Mapping[str, Any]) -> set[tuple[str, str]]:
    with pytest.raises(ValidationError) as refused:
        message.from_data(data)
    return {
        ("/".join(map(str, each["loc"])), each["type"])
        for each in refused.value.errors(include_url=False)
    }


def places(schema: Mapping[str, Any], above: str = "") -> Iterator[tuple[str, Mapping[str, Any]]]:
    yield above, schema
    for name, each in schema.get("properties", {}).items():
        yield from places(each, f"{above}/{name}")
    if "items" in schema:
        yield from places(schema["items"], f"{above}/[]")


def test_a_type_names_one_message() -> None:
    assert len({each.type for each in MESSAGES}) == len(MESSAGES)
    assert catalogue.intent(ReferralSent.type) is ReferralSent
    with pytest.raises(KeyError):
        catalogue.intent(referrals.ReferralSent.type)


@pytest.mark.parametrize("message", MESSAGES, ids=IDS)
def test_its_key_its_topics_and_its_writers_are_declared(message: type[Message]) -> None:
    declared = {each.name: each for each in TOPICS}

    assert message.key in message.model_fields or message.key == "submission"
    assert message.about is None or message.about in message.model_fields
    for name in catalogue.topics_of(message):
        assert set(catalogue.writers_of(message)) & set(declared[name].writers)


@pytest.mark.parametrize("message", MESSAGES, ids=IDS)
def test_everything_in_it_has_a_bound(message: type[Message]) -> None:
    for place, schema in places(resolved(closed_form(message))):
        bounded = {
            "string": schema.keys() & {"enum", "maxLength"}
            or schema.get("format") in {"uuid", "date", "date-time"},
            "array": "maxItems" in schema,
            "integer": {"minimum", "maximum"} <= schema.keys(),
            "object": schema.get("additionalProperties") is False,
            "boolean": True,
        }
        assert bounded[schema["type"]], place


@pytest.mark.parametrize("message", MESSAGES, ids=IDS)
def test_nobody_changes_it(message: type[Message]) -> None:
    read = message.from_data(valid_data(message))

    with pytest.raises(ValidationError, match="frozen"):
        setattr(read, next(iter(message.model_fields)), None)


@pytest.mark.parametrize("message", MESSAGES, ids=IDS)
def test_an_undeclared_field_is_refused(message: type[Message]) -> None:
    data = {**valid_data(message), "surname": "x"}

    assert problems(message, data) == {("surname", "extra_forbidden")}
    assert not VALIDATORS[message.type].is_valid(data)


@UNHURRIED
@given(st.data())
def test_model_and_schema_refuse_the_same(data: st.DataObject) -> None:
    message = data.draw(st.sampled_from(MESSAGES))
    valid = dict(valid_data(message))
    name = data.draw(st.sampled_from([*valid, *message.model_fields]))
    if data.draw(st.booleans()):
        valid.pop(name, None)
    else:
        valid[name] = data.draw(st.sampled_from(WRONG))

    try:
        message.from_data(valid)
    except ValidationError:
        taken = False
    else:
        taken = True

    assert VALIDATORS[message.type].is_valid(valid) == taken


def test_null_is_refused_with_its_place() -> None:
    data = {**SENT, "level": None, "agreement": {"taken_on": None}}

    assert problems(ReferralSent, data) == {("level", "null"), ("agreement/taken_on", "null")}


def test_types_are_not_coerced() -> None:
    assert problems(ReferralSent, {**SENT, "due_on": 20_000}) == {("due_on", "date_type")}
    assert problems(ReferralSent, {**SENT, "targets": SENT["targets"][0]}) == {
        ("targets", "list_type")
    }


@pytest.mark.parametrize(
    ("said", "read"),
    [
        ("2026-03-17T14:00:00+01:00", datetime(2026, 3, 17, 13, tzinfo=UTC)),
        ("2026-03-17T13:00:00.250000Z", datetime(2026, 3, 17, 13, 0, 0, 250_000, tzinfo=UTC)),
        ("2026-03-17T14:00:00", None),
        ("2026-13-17T14:00:00Z", None),
        ("1790000000", None),
        (1790000000, None),
        ("0001-01-01T00:00:00+14:00", None),
    ],
)
def test_an_instant_has_its_offset_and_is_read_in_utc(said: object, read: datetime | None) -> None:
    data = {**valid_data(SessionDeclared), "starts_at": said}

    if read is None:
        assert problems(SessionDeclared, data) == {("starts_at", "instant")}
    else:
        assert SessionDeclared.from_data(data).starts_at == read


def test_half_a_character_is_refused() -> None:
    assert problems(ReferralSent, {**SENT, "need": "\ud800"}) == {("", "unreadable")}


def test_a_pit_of_brackets_is_refused() -> None:
    pit: list[Any] = []
    for _ in range(50_000):
        pit = [pit]

    assert problems(ReferralSent, {**SENT, "targets": pit}) == {("", "unreadable")}


def test_a_refusal_quotes_no_value() -> None:
    data = {**SENT, "need": "Madame Martin", "partner_reference": "184127645108946"}

    with pytest.raises(ValidationError) as refused:
        ReferralSent.from_data(data)

    assert "Martin" not in str(refused.value)
    assert "184127645108946" not in str(refused.value)


def test_a_person_is_given_one_way_or_the_other() -> None:
    neither = {name: value for name, value in SENT.items() if name != "person"}
    anonymous = {**neither, "anonymous": ANONYMOUS}

    assert ReferralSent.from_data(anonymous).person is None
    for data in (neither, {**SENT, "anonymous": ANONYMOUS}):
        assert problems(ReferralSent, data) == {("", "person-or-anonymous")}
        assert not VALIDATORS[ReferralSent.type].is_valid(data)


def test_a_target_is_named_once() -> None:
    data = {**SENT, "targets": SENT["targets"] * 2}

    assert problems(ReferralSent, data) == {("targets", "twice")}
    assert not VALIDATORS[ReferralSent.type].is_valid(data)


@pytest.mark.parametrize("commune", ["23096", "2A004", "2B033", "97411"])
def test_a_commune_is_an_insee_code(commune: str) -> None:
    sent = ReferralSent.from_data(_anonymous(commune))

    assert sent.anonymous is not None
    assert sent.anonymous.commune == commune


@pytest.mark.parametrize("commune", ["2C004", "2309", "230960", "23 09", "A3096"])
def test_another_code_is_no_commune(commune: str) -> None:
    [(place, _)] = problems(ReferralSent, _anonymous(commune))

    assert place == "anonymous/commune"
    assert not VALIDATORS[ReferralSent.type].is_valid(_anonymous(commune))


@pytest.mark.parametrize(
    ("reference", "problem"),
    [
        ("DOSSIER-2026/000123", None),
        ("a" * 65, "string_too_long"),
        ("<script>", "string_pattern_mismatch"),
        ("dossier de Mme X", "string_pattern_mismatch"),
        ("184127645108946", "nir"),
        ("CAF:1-84-12-76-451-089-46", "nir"),
        ("1841276451089", None),  # thirteen digits alone may be any number
        ("1234567", None),  # an allocataire's number looks like any other: the partner's duty
    ],
)
def test_a_partner_reference_is_opaque(reference: str, problem: str | None) -> None:
    data = {**SENT, "partner_reference": reference}

    if problem is None:
        assert ReferralSent.from_data(data).partner_reference == reference
    else:
        assert problems(ReferralSent, data) == {("partner_reference", problem)}


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ("Séance mardi à 14 h.\nApporter la convocation.", None),
        ("", "string_pattern_mismatch"),
        ("a" * 501, "string_too_long"),
        ("a\x00b", "string_pattern_mismatch"),
        ("a\x1bb", "string_pattern_mismatch"),
        ("Son numéro : 1 84 12 76 451 089 46", "nir"),
        ("Son numéro : 1 84 12 76 451 089", "nir"),
        ("Né en 2A : 184122A451089", "nir"),
        ("Appelez le 05 55 52 12 34", "contact"),
        ("Appelez le +33 (0)5 55 52 12 34.", "contact"),
        ("Écrivez à jeanne@courriel.fr", "contact"),
        ("Séances les 01/12 et 05/12/2026, de 14 h 30 à 16 h, salle 0555.", None),
        ("Dossier 2026-0555, 12 345 678,90 €", None),
    ],
)
def test_free_text_carries_no_number_of_a_person(text: str, problem: str | None) -> None:
    data = {"referral": SENT["person"], "message": text}

    if problem is None:
        assert ReferralAccepted.from_data(data).message == text
    else:
        assert problems(ReferralAccepted, data) == {("message", problem)}


def test_no_fact_has_room_for_free_text() -> None:
    for message in catalogue.FACTS:
        for place, schema in places(resolved(closed_form(message))):
            named = message in {
                partners.OrganisationRegistered,
                partners.OrganisationChanged,
                partners.SubmissionRefused,
                # The public address of a place, which no person has.
                scheduling.PlaceRegistered,
                scheduling.PlaceChanged,
            }
            spacious = schema["type"] == "string" and schema.get("maxLength", 0) > 100
            assert named or not spacious, place


def test_what_is_not_said_is_left_out() -> None:
    read = ReferralSent.from_data(SENT)

    assert read.to_data() == {**SENT, "urgency": "ordinary"}
    assert json.loads(read.model_dump_json(exclude_none=True)) == read.to_data()


def test_the_intake_key_is_the_id_the_intent_is_about_else_the_submission() -> None:
    submission = UUID("01987a52-ff10-7a93-8d6e-91c2b3a4d554")
    answer = ReferralAccepted.from_data({"referral": SENT["person"]})

    assert ReferralSent.from_data(SENT).record_key(submission) == submission
    assert answer.record_key(submission) == answer.referral


def _anonymous(commune: str) -> dict[str, Any]:
    return {
        "anonymous": {"commune": commune, "birth_band": "1950-1959"},
        "need": SENT["need"],
        "targets": SENT["targets"],
    }
