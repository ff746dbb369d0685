"""Fixtures with a real Kafka broker: `broker` for most tests, `own_broker` for those that stop or kill theirs.

One broker serves a test session (under xdist: one a worker process). A test makes topics and groups under names of its
own, e.g. `f"test-{uuid4().hex}"`. With SEGMENT_WORKER_TEST_BROKER=host:port an existing Kafka is used for `broker`.
"""

import contextlib
import os
import shutil
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Protocol

import pytest

from worker.local.broker import LocalBroker

TEST_BROKER_VARIABLE = "SEGMENT_WORKER_TEST_BROKER"

_MEMORY = Path("/dev/shm")
_ROOM = 4 * 1024**3
"""What the brokers of a whole test session are far from needing."""


class Broker(Protocol):
    """What a test may know of the shared broker."""

    @property
    def bootstrap(self) -> str: ...


class ExistingBroker:
    """A Kafka that runs already, named by its bootstrap servers."""

    def __init__(self, bootstrap: str) -> None:
        self.bootstrap = bootstrap


@pytest.fixture(scope="session")
def broker(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Broker]:
    """The session's broker. Don't stop it."""
    if named := os.environ.get(TEST_BROKER_VARIABLE):
        yield ExistingBroker(named)
        return
    with data_in_memory(tmp_path_factory.mktemp("kafka")) as directory:
        with LocalBroker(directory, quick_start=True) as started:
            yield started
        remove_data(started)


@pytest.fixture
def own_broker(tmp_path: Path) -> Iterator[Callable[[], LocalBroker]]:
    """Makes brokers of the test's own, started (some 4 s each), to be stopped, killed or restarted at will."""
    made: list[LocalBroker] = []
    with contextlib.ExitStack() as directories:

        def make() -> LocalBroker:
            directory = tmp_path / f"kafka-{len(made)}"
            started = LocalBroker(directories.enter_context(data_in_memory(directory)), quick_start=True)
            started.start()
            made.append(started)
            return started

        yield make
        for each in made:
            each.stop()
            remove_data(each)


@contextlib.contextmanager
def data_in_memory(directory: Path) -> Iterator[Path]:
    """`directory` for a broker, with its topics in memory where there is room: a slow disk would stall the tests."""
    if not _MEMORY.is_dir() or shutil.disk_usage(_MEMORY).free < _ROOM:
        yield directory
        return
    with tempfile.TemporaryDirectory(prefix="segment-worker-test-", dir=_MEMORY) as data:
        directory.mkdir(exist_ok=True)
        (directory / "data").symlink_to(data)
        yield directory


def remove_data(stopped: LocalBroker) -> None:
    """Topics can be large, and pytest keeps the directories of three runs; the logs stay."""
    shutil.rmtree(stopped.node.data.resolve())
