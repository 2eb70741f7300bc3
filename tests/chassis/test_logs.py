"""A log line is one JSON object, whoever wrote it, and holds nothing of a record."""

import json
import logging
import warnings
from collections.abc import Iterator
from io import StringIO
from typing import Any

import pytest
import structlog
from aiokafka.errors import KafkaConnectionError
from pydantic import BaseModel, ValidationError

from chassis import logs


class Lines(StringIO):
    """What was written, line by line."""

    def read_all(self) -> list[dict[str, Any]]:
        return [json.loads(line) for line in self.getvalue().splitlines()]


@pytest.fixture
def lines() -> Iterator[Lines]:
    root = logging.getLogger()
    before = root.handlers, root.level
    stream = Lines()
    logging.captureWarnings(capture=False)  # another test's process may have left it on
    logs.configure(service="small", instance="small-3", stream=stream)
    yield stream
    logging.captureWarnings(capture=False)
    root.handlers, root.level = before
    structlog.reset_defaults()


def test_a_line_says_what_who_and_when(lines: Lines) -> None:
    structlog.get_logger("small.part").info("swept", rows=3)

    (line,) = lines.read_all()
    assert line.pop("timestamp").endswith("Z")
    assert line == {
        "event": "swept",
        "rows": 3,
        "logger": "small.part",
        "level": "info",
        "service": "small",
        "instance": "small-3",
    }


def test_what_is_bound_once_stands_in_every_line(lines: Lines) -> None:
    with structlog.contextvars.bound_contextvars(trace_id="t-1"):
        structlog.get_logger("a").info("one")
        logging.getLogger("some.library").warning("two %s", 2)
    structlog.get_logger("a").info("three")

    assert [line.get("trace_id") for line in lines.read_all()] == ["t-1", "t-1", None]


def test_libraries_write_through_the_same_door(lines: Lines) -> None:
    logging.getLogger("aiokafka.consumer").warning("Topic %s is not available", "one.v1")
    logging.getLogger("uvicorn.error").error("Cancel %s running task(s)", 2)
    logging.getLogger("uvicorn.access").info("GET /secret-of-jeanne")
    logging.getLogger("httpx").info("HTTP Request: GET http://one/secret-of-jeanne")
    logging.getLogger("faststream").info("Received jeanne")

    assert [line["event"] for line in lines.read_all()] == [
        "Topic one.v1 is not available",
        "Cancel 2 running task(s)",
    ]


def test_warnings_are_lines_too(lines: Lines) -> None:
    with warnings.catch_warnings():
        warnings.simplefilter("always")
        warnings.warn("old", DeprecationWarning, stacklevel=1)

    assert lines.read_all()[0]["logger"] == "py.warnings"


class Person(BaseModel):
    phone: int


def refuse() -> None:
    Person.model_validate({"phone": "06 12 34 56 78 of Jeanne"})


def test_an_exception_is_told_without_its_words(lines: Lines) -> None:
    def wrap() -> None:
        try:
            refuse()
        except ValidationError as error:
            raise RuntimeError("Jeanne again") from error

    try:
        wrap()
    except RuntimeError:
        structlog.get_logger("a").exception("failed")
        logging.getLogger("b").exception("failed\nfuture=<Task exception=Jeanne>")

    ours, theirs = lines.read_all()
    for line in (ours, theirs):
        assert line["event"] == "failed"
        assert line["error"].startswith("RuntimeError < pydantic_core.")
        assert line["trace"][-1].startswith("test_logs.py:")
        assert line["trace"][-1].endswith(" wrap")
        assert "message" not in line
    assert "Jeanne" not in lines.getvalue()
    assert "06 12" not in lines.getvalue()


def test_a_library_that_quotes_the_exception_is_not_quoted(lines: Lines) -> None:
    error = ValueError("Jeanne")

    logging.getLogger("b").error("ValueError: Jeanne", exc_info=error)

    (line,) = lines.read_all()
    assert (line["event"], line["error"]) == ("exception", "ValueError")


@pytest.mark.parametrize(
    "error", [ConnectionRefusedError(111, "refused"), KafkaConnectionError("no broker at b:9")]
)
def test_the_words_of_the_network_are_kept(lines: Lines, error: Exception) -> None:
    structlog.get_logger("a").error("failed", exc_info=error)

    assert lines.read_all()[0]["message"] == str(error)


def test_the_level_is_the_setting(lines: Lines) -> None:
    logs.configure(service="small", instance="small-3", level="WARNING", stream=lines)

    structlog.get_logger("a").info("quiet")
    structlog.get_logger("a").warning("loud")

    assert [line["event"] for line in lines.read_all()] == ["loud"]
