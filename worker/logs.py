"""Logs: one line an entry on standard error, JSON where it is no terminal. Payloads are never logged at info level."""

import logging
import sys
from io import StringIO
from typing import Literal, TextIO

import structlog

from worker.text import printable, printable_lines

Level = Literal["debug", "info", "warning", "error"]

QUIET = ("aiokafka", "faust", "mode", "kafka")
"""Libraries whose own chatter only matters when something is being debugged."""

CONNECTIONS = "aiokafka.conn"
"""Logs each request whole when something is being debugged."""


def configure_logs(level: Level = "info", *, json: bool | None = None, stream: TextIO | None = None) -> None:
    """Send our entries and those of the libraries to `stream` (standard error), in one form.

    `json`: None means JSON unless the stream is a terminal. Text has colours only on a terminal.
    """
    stream = stream or sys.stderr
    terminal = stream.isatty()
    as_json = not terminal if json is None else json
    shared: list[structlog.typing.Processor] = [
        structlog.contextvars.merge_contextvars,
        structlog.stdlib.add_log_level,
        structlog.stdlib.add_logger_name,
        structlog.processors.TimeStamper(fmt="iso", utc=True),
        structlog.stdlib.PositionalArgumentsFormatter(),
        structlog.processors.format_exc_info if as_json else structlog.processors.StackInfoRenderer(),
    ]
    renderer: structlog.typing.Processor = (
        structlog.processors.JSONRenderer()
        if as_json
        # The formatter taken otherwise shows the local variables, which are payloads and passwords.
        else structlog.dev.ConsoleRenderer(colors=terminal, exception_formatter=_traceback)
    )
    safe: list[structlog.typing.Processor] = [] if as_json else [_harmless]  # JSON escapes by itself
    handler = logging.StreamHandler(stream)
    handler.setFormatter(
        structlog.stdlib.ProcessorFormatter(
            foreign_pre_chain=shared,
            processors=[structlog.stdlib.ProcessorFormatter.remove_processors_meta, *safe, renderer],
        )
    )
    root = logging.getLogger()
    root.handlers[:] = [handler]
    root.setLevel(level.upper())
    for name in QUIET:
        # They log each retry as an error; what does not pass by itself reaches us as an exception, or the watchdog.
        logging.getLogger(name).setLevel(logging.DEBUG if level == "debug" else logging.CRITICAL)
    logging.getLogger(CONNECTIONS).addFilter(_without_password)
    structlog.configure(
        processors=[*shared, structlog.stdlib.ProcessorFormatter.wrap_for_formatter],
        logger_factory=structlog.stdlib.LoggerFactory(),
        wrapper_class=structlog.stdlib.BoundLogger,
        cache_logger_on_first_use=False,
    )


def _without_password(entry: logging.LogRecord) -> bool:
    """All but the requests that hold the password (SASL's PLAIN)."""
    return not any("SaslAuthenticate" in type(each).__name__ for each in entry.args or ())


def _harmless(_: object, __: str, entry: structlog.typing.EventDict) -> structlog.typing.EventDict:
    """The entry without what would steer the terminal: Segment's answers and letters' details are others' text."""
    return {name: printable(value) if isinstance(value, str) else value for name, value in entry.items()}


def _traceback(stream: TextIO, error: structlog.typing.ExcInfo) -> None:
    text = StringIO()
    structlog.dev.plain_traceback(text, error)
    stream.write(printable_lines(text.getvalue()))
