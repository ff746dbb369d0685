import io
import logging
from collections.abc import Iterator

import pytest
import structlog

from worker.logs import configure_logs


class Terminal(io.StringIO):
    def isatty(self) -> bool:
        return True


@pytest.fixture(autouse=True)
def _logs_as_before() -> Iterator[None]:
    root = logging.getLogger()
    handlers, level = root.handlers[:], root.level
    yield
    root.handlers[:] = handlers
    root.setLevel(level)
    structlog.reset_defaults()


def logged(stream: io.StringIO) -> str:
    configure_logs(json=False, stream=stream)
    password = "hunter" + "2"
    try:
        if password:
            raise ValueError("broken")
    except ValueError:
        structlog.get_logger("worker.test").exception("it_failed", topic="people")
    return stream.getvalue()


def test_text_has_colours_on_a_terminal_only() -> None:
    assert "\x1b" in logged(Terminal())
    plain = logged(io.StringIO())
    assert "\x1b" not in plain
    assert "it_failed" in plain
    assert "topic=people" in plain
    assert "ValueError: broken" in plain


def test_an_exception_shows_no_values_of_variables() -> None:
    assert "hunter2" not in logged(Terminal())
    assert "hunter2" not in logged(io.StringIO())
