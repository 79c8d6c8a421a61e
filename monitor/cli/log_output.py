"""How the log is written to stderr: lines for people, or one JSON object a line."""

from __future__ import annotations

import logging
import sys
from datetime import UTC, datetime
from enum import StrEnum
from typing import TextIO


class LogFormat(StrEnum):
    """How the log is written."""

    TEXT = "text"
    JSON = "json"


class _Stderr(logging.StreamHandler[TextIO]):
    """The program's own handler, told from those of others."""


class _LineFormatter(logging.Formatter):
    """`2026-01-05T16:00:00+00:00 INFO monitor.service: …`"""

    def formatTime(self, record: logging.LogRecord, datefmt: str | None = None) -> str:
        """Return the time with its zone, as ISO 8601 writes it."""
        return datetime.fromtimestamp(record.created, UTC).isoformat(timespec="seconds")


def start_log(form: LogFormat, level: int) -> None:
    """Write everything from `level` on to stderr."""
    root = logging.getLogger()
    for known in [handler for handler in root.handlers if isinstance(handler, _Stderr)]:
        root.removeHandler(known)  # of an earlier command in this process
    handler = _Stderr(sys.stderr)
    handler.setFormatter(_json_formatter() if form is LogFormat.JSON else _text_formatter())
    root.addHandler(handler)
    root.setLevel(level)


def _text_formatter() -> logging.Formatter:
    return _LineFormatter("%(asctime)s %(levelname)s %(name)s: %(message)s")


def _json_formatter() -> logging.Formatter:
    import structlog  # only who asks for JSON waits for it

    return structlog.stdlib.ProcessorFormatter(
        foreign_pre_chain=[
            structlog.stdlib.add_log_level, structlog.stdlib.add_logger_name, structlog.stdlib.ExtraAdder(),
            structlog.processors.TimeStamper(fmt="iso", utc=True),
        ],
        processors=[
            structlog.stdlib.ProcessorFormatter.remove_processors_meta, structlog.processors.format_exc_info,
            structlog.processors.EventRenamer("message"), structlog.processors.JSONRenderer(sort_keys=True),
        ],
    )  # fmt: skip
