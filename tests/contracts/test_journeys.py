"""The journeys are drawn from what services write and read, and from nothing else."""

from xml.etree import ElementTree as ET

import pytest

from contracts import catalogue, diagram, readers
from contracts.intents.intent import Intent
from contracts.journeys import FREE, JOURNEYS, WITH_VOUCHER, Journey
from tests.contracts.ground import ROOT

NAMES = [each.name for each in JOURNEYS]
BOOKED = "maillage.booking.confirmed.v1"


@pytest.mark.parametrize("journey", JOURNEYS, ids=NAMES)
def test_a_journey_is_told_in_messages_of_the_catalogue(journey: Journey) -> None:
    assert set(journey.steps) <= {*catalogue.INTENTS, *catalogue.FACTS}
    assert issubclass(journey.steps[0], Intent)


@pytest.mark.parametrize("journey", JOURNEYS, ids=NAMES)
def test_every_message_of_a_journey_is_read(journey: Journey) -> None:
    for each in diagram.rows(journey, readers.announced()):
        assert each.readers, each.label
        assert each.writer not in each.readers


def test_a_row_is_who_writes_who_reads_and_who_is_told() -> None:
    drawn = {each.label: each for each in diagram.rows(WITH_VOUCHER, readers.announced())}

    asked, booked, held = (
        drawn[label] for label in ("intent.booking.requested", "booking.confirmed", "booklet.held")
    )
    assert (asked.writer, asked.readers) == ("organisations", ("partners", "scheduling"))
    assert booked.writer == "scheduling"
    assert {"partners", "vouchers", "reporting"} <= set(booked.readers)
    assert (booked.told_on, held.told_on) == (True, False)


def test_a_reader_more_is_an_arrow_more() -> None:
    without = {name: reads for name, reads in readers.announced().items() if name != "vouchers"}
    row = next(each for each in diagram.rows(FREE, without) if each.label == "booking.confirmed")

    grown = {**without, "vouchers": {BOOKED: None}}

    assert "vouchers" not in row.readers
    assert _arrows(FREE, grown) == _arrows(FREE, without) + 1


@pytest.mark.parametrize("journey", JOURNEYS, ids=NAMES)
def test_a_drawing_says_in_words_what_it_shows(journey: Journey) -> None:
    drawn = ET.fromstring(diagram.svg(journey, readers.announced()))  # noqa: S314 - our own

    (words,) = [each.text or "" for each in drawn if each.tag.endswith("desc")]
    for each in journey.steps:
        assert f"{each.type.removeprefix('maillage.').removesuffix('.v1')}: " in words


def test_the_architecture_page_shows_every_journey() -> None:
    page = (ROOT / "docs" / "architecture.md").read_text(encoding="utf-8")

    for name in NAMES:
        assert f"](journeys/{name}.svg)" in page


def _arrows(journey: Journey, tables: dict[str, readers.Reads]) -> int:
    return diagram.svg(journey, tables).count('class="tip"')
