"""The local Kafka where several processes want it at the same time."""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
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


def test_the_last_who_borrows_it_stops_it(place: tuple[Path, int]) -> None:
    directory, _ = place
    told: list[str] = []
    with ExitStack() as first, ExitStack() as second:
        started = first.enter_context(daemon.borrowed(*place, stopping=lambda: told.append("first")))
        assert second.enter_context(daemon.borrowed(*place, stopping=lambda: told.append("second"))) == started
        first.close()
        assert daemon.status(directory) == started
        second.close()
    assert told == ["second"]
    assert daemon.status(directory).state == "stopped"
