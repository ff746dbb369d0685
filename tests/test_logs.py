import io
import logging
import re
from collections.abc import Iterator
from unittest.mock import Mock

import pytest
import structlog
from aiokafka.conn import AIOKafkaConnection
from aiokafka.protocol.admin import ListGroupsRequest, SaslAuthenticateRequest

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


@pytest.mark.parametrize("stream", [Terminal(), io.StringIO()])
def test_what_would_steer_the_terminal_is_shown_harmless(stream: io.StringIO) -> None:
    configure_logs(json=False, stream=stream)
    try:
        raise ValueError("\x1b[2J")
    except ValueError:
        structlog.get_logger("worker.test").exception("refused", answer="400 \x1b]0;title\x07\u202e\nworker stopped")
    logging.getLogger("library").warning("it says %s", "\x1b[2J")
    structlog.get_logger("worker.test").warning("short", answer="\x1b[2J")  # structlog quotes only what has blanks
    told = re.sub(r"\x1b\[\d+m", "", stream.getvalue())
    assert "title" in told
    assert r"ValueError: \x1b[2J" in told
    assert r"it says \x1b[2J" in told
    assert r"answer=\x1b[2J" in told
    assert not set("\x1b\x07\u202e") & set(told)
    assert "\nworker stopped" not in told


async def test_what_holds_a_password_is_not_logged_at_any_level() -> None:
    stream = io.StringIO()
    configure_logs("debug", json=True, stream=stream)
    connection = AIOKafkaConnection("127.0.0.1", 9092)
    connection._versions = {ListGroupsRequest.API_KEY: (0, 2), SaslAuthenticateRequest.API_KEY: (0, 1)}
    connection._writer = Mock()
    for request in (ListGroupsRequest(), SaslAuthenticateRequest(b"\0ada\0hunter2")):
        connection.send(request, expect_response=False)
    connection._writer = None  # else it would warn of not having been closed
    assert "ListGroupsRequest" in stream.getvalue()
    assert "hunter2" not in stream.getvalue()
