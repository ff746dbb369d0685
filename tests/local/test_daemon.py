"""The local Kafka where several processes want it at the same time."""

import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from worker.local import daemon
from worker.local.ports import free_ports

pytestmark = pytest.mark.broker


@pytest.fixture
def place(tmp_path: Path) -> Iterator[tuple[Path, int]]:
    """A directory and a port; what runs there is stopped at the end."""
    (port,) = free_ports(1)
    yield tmp_path, port
    daemon.stop(tmp_path)


def test_of_two_who_start_it_at_once_one_does(place: tuple[Path, int]) -> None:
    with ThreadPoolExecutor(2) as pool:
        first, second = [starting.result() for starting in [pool.submit(daemon.start, *place) for _ in range(2)]]
    assert first == second
    assert first.state == "running"
    with daemon.borrowed(*place) as found:
        assert found == first
    assert daemon.status(place[0]) == first, "it was there before it was borrowed"


def test_its_directory_may_be_named_in_any_way(place: tuple[Path, int]) -> None:
    directory, port = place
    link = directory / "link"
    link.symlink_to(directory)
    started = daemon.start(directory, port)
    for other in (directory / ".." / directory.name, link):
        assert daemon.status(other) == started
    assert daemon.stop(link)
    assert daemon.status(directory).state == "stopped"


def test_only_one_that_was_started_to_be_borrowed_is_dismissed(place: tuple[Path, int]) -> None:
    directory, _ = place
    assert not daemon.dismiss(directory)
    with daemon.borrowed(*place):
        assert daemon.dismiss(directory)
        deadline = time.monotonic() + 20
        while daemon.status(directory).state != "stopped":
            assert time.monotonic() < deadline
            time.sleep(0.05)
        assert not daemon.dismiss(directory)
    started = daemon.start(*place)
    assert not daemon.dismiss(directory)
    assert daemon.status(directory) == started


def test_one_that_was_started_to_be_borrowed_is_stopped(place: tuple[Path, int]) -> None:
    told: list[str] = []
    with daemon.borrowed(*place, stopping=lambda: told.append("stopping")) as found:
        assert daemon.start(*place) == found
    assert told == ["stopping"]
    assert daemon.status(place[0]).state == "stopped"
