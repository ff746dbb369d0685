"""Fixtures with a real Kafka broker: `broker` for most tests, `own_broker` for those that stop or kill theirs.

One broker serves a test session (under xdist: one a worker process). A test makes topics and groups under names of its
own, e.g. `f"test-{uuid4().hex}"`. With SEGMENT_WORKER_TEST_BROKER=host:port an existing Kafka is used for `broker`.
"""

import os
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Protocol

import pytest

from worker.local.broker import LocalBroker

TEST_BROKER_VARIABLE = "SEGMENT_WORKER_TEST_BROKER"


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
    with LocalBroker(tmp_path_factory.mktemp("kafka"), quick_start=True) as started:
        yield started
    remove_data(started)


@pytest.fixture
def own_broker(tmp_path: Path) -> Iterator[Callable[[], LocalBroker]]:
    """Makes brokers of the test's own, started (some 4 s each), to be stopped, killed or restarted at will."""
    made: list[LocalBroker] = []

    def make() -> LocalBroker:
        started = LocalBroker(tmp_path / f"kafka-{len(made)}", quick_start=True)
        started.start()
        made.append(started)
        return started

    yield make
    for each in made:
        each.stop()
        remove_data(each)


def remove_data(stopped: LocalBroker) -> None:
    """Topics can be large, and pytest keeps the directories of three runs; the logs stay."""
    shutil.rmtree(stopped.node.data)
