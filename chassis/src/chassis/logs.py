"""Logs: one JSON object per line on standard output, an event's name and its fields.

A line never holds a value of a record or of a body. Exceptions are where such values hide (a
driver quotes its parameters, a validator its input), so an exception is told by its class and by
where it was raised; only messages that cannot quote data are kept.
"""

import logging
import sys
from collections.abc import Iterator
from pathlib import Path
from traceback import extract_tb
from types import TracebackType
from typing import Any, TextIO

import orjson
import structlog
from aiokafka.errors import KafkaError
from structlog.typing import EventDict, Processor, WrappedLogger

FRAMES_MAX = 12  # the innermost ones: who raised and who called it
CAUSES_MAX = 4
# Their messages speak of addresses, files, topics and partitions, never of what was in a message.
TELLING = (OSError, KafkaError)
# httpx and uvicorn.access write whole addresses, FastStream a line per record.
QUIET_LOGGERS = ("aiokafka", "asyncio", "faststream", "httpcore", "httpx", "sqlalchemy", "uvicorn")


def configure(
    *, service: str, instance: str, level: str = "INFO", stream: TextIO | None = None
) -> None:
    """Send everything, libraries' lines too, through one JSON formatter; the last call wins."""
    shared: list[Processor] = [
        structlog.contextvars.merge_contextvars,
        structlog.stdlib.add_logger_name,
        structlog.stdlib.add_log_level,
        structlog.processors.TimeStamper(fmt="iso", utc=True),
        _name(service=service, instance=instance),
    ]
    structlog.configure(
        processors=[*shared, structlog.stdlib.ProcessorFormatter.wrap_for_formatter],
        wrapper_class=structlog.make_filtering_bound_logger(logging.getLevelNamesMapping()[level]),
        logger_factory=structlog.stdlib.LoggerFactory(),
        cache_logger_on_first_use=False,
    )
    handler = logging.StreamHandler(stream or sys.stdout)
    handler.setFormatter(
        structlog.stdlib.ProcessorFormatter(
            foreign_pre_chain=shared,
            processors=[
                structlog.stdlib.ProcessorFormatter.remove_processors_meta,
                _tell_failure,
                structlog.processors.JSONRenderer(serializer=_dumps),
            ],
        )
    )
    root = logging.getLogger()
    root.handlers = [handler]
    root.setLevel(level)
    for name in QUIET_LOGGERS:
        quiet = logging.getLogger(name)
        quiet.handlers, quiet.propagate = [], True
        quiet.setLevel(logging.WARNING)
    logging.captureWarnings(capture=True)


def failure(error: BaseException) -> dict[str, Any]:
    """An exception in fields that are safe to log: `error`, `trace`, and `message` if it may."""
    told: dict[str, Any] = {
        "error": " < ".join(_class_name(one) for one in _with_causes(error)),
        "trace": list(_trace(error.__traceback__)),
    }
    if isinstance(error, TELLING):
        told["message"] = str(error)
    return told


def _tell_failure(_: WrappedLogger, __: str, event: EventDict) -> EventDict:
    # The first line only: asyncio's next ones quote the exception itself.
    event["event"] = str(event.get("event", "")).partition("\n")[0]
    error = _exception(event.pop("exc_info", None))
    if error is not None:
        if str(error) and str(error) in event["event"]:
            event["event"] = "exception"
        event.update(failure(error))
    return event


def _exception(exc_info: object) -> BaseException | None:
    if isinstance(exc_info, BaseException):
        return exc_info
    if isinstance(exc_info, tuple):
        return exc_info[1] if isinstance(exc_info[1], BaseException) else None
    return sys.exc_info()[1] if exc_info else None


def _with_causes(error: BaseException | None) -> Iterator[BaseException]:
    for _ in range(CAUSES_MAX):
        if error is None:
            return
        yield error
        error = error.__cause__ or error.__context__


def _class_name(error: BaseException) -> str:
    return f"{type(error).__module__}.{type(error).__qualname__}".removeprefix("builtins.")


def _trace(trace: TracebackType | None) -> Iterator[str]:
    for frame in extract_tb(trace)[-FRAMES_MAX:]:
        yield f"{Path(frame.filename).name}:{frame.lineno} {frame.name}"


def _name(*, service: str, instance: str) -> Processor:
    def add(_: WrappedLogger, __: str, event: EventDict) -> EventDict:
        return {**event, "service": service, "instance": instance}

    return add


def _dumps(value: Any, **_: Any) -> str:  # noqa: ANN401  structlog's serializer signature
    return orjson.dumps(value, default=repr).decode()
