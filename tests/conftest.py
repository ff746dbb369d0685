"""Fixtures for all tests. Property tests have no deadline: the machine may be busy."""

import signal
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import settings

from tests.support.swallowed import Swallowed, recorded

pytest_plugins = ["tests.support.broker", "tests.support.three_brokers"]

settings.register_profile("unhurried", deadline=None)
settings.load_profile("unhurried")

_ENDS_S = 5.0


def pytest_configure() -> None:
    """Who is started in the background of a script ignores Ctrl-C, and so would all commands that the tests start."""
    if signal.getsignal(signal.SIGINT) is signal.SIG_IGN:
        signal.signal(signal.SIGINT, signal.default_int_handler)


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Order the files: what waits for a broker beside what computes, and none that takes long left to the end."""
    files = list(dict.fromkeys(item.path for item in items))
    slow, broker = ({item.path for item in items if item.get_closest_marker(kind)} for kind in ("slow", "broker"))
    ranks: dict[Path, float] = {}
    for group, share in ((slow, 0.5), (broker - slow, 0.9), (set(files) - broker - slow, 1.0)):
        members = [path for path in files if path in group]
        ranks |= {path: share * place / len(members) for place, path in enumerate(members)}
    items.sort(key=lambda item: ranks[item.path])


@pytest.fixture(autouse=True)
def no_database_is_left_open() -> Iterator[None]:
    """The thread of an open aiosqlite connection keeps its process from ending, be it the program or the tests."""
    before = set(threading.enumerate())
    yield
    left = [one for one in threading.enumerate() if one not in before and "_connection_worker_thread" in one.name]
    for one in left:
        one.join(_ENDS_S)
    assert not [one for one in left if one.is_alive()], "a connection was not closed"


@pytest.fixture(scope="session")
def swallowed_in_session() -> Iterator[Swallowed]:
    with recorded() as found:
        yield found
        assert not found.errors(all_ages=True), "nobody retrieved these errors, in whichever test they were"


@pytest.fixture(autouse=True)
def swallowed(swallowed_in_session: Swallowed) -> Iterator[Swallowed]:
    """What went wrong in a task or a callback, and nobody was told: nothing may."""
    yield swallowed_in_session
    errors = [*swallowed_in_session.errors()]
    swallowed_in_session.forget()
    assert not errors, "nobody retrieved these errors, in this test or in one before"
