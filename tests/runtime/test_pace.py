"""A worker with time to spare fetches often; one that has much to do waits for more."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from worker.runtime.pace import BUSY, LONGEST_A_PARTITION_S, LONGEST_S, SHORTEST_S, SPARE, Pace

SECOND = 0.2
"""Between two fetches, longer than what one look needs."""


def after(pace: Pace, idle: float, *, partitions: int = 60, rounds: int = 40) -> float:
    """The wait after so many fetches of a worker that is idle for `idle` of its time."""
    wait_s = LONGEST_S
    for number in range(1, rounds + 1):
        wait_s = pace.wait_s(partitions, number * SECOND, number * SECOND * idle)
    return wait_s


def test_time_to_spare_makes_the_wait_short() -> None:
    assert after(Pace(0.0, 0.0), SPARE + 0.1) == SHORTEST_S


def test_a_busy_worker_waits_the_longer_the_more_partitions_it_reads() -> None:
    assert after(Pace(0.0, 0.0), BUSY - 0.1) == pytest.approx(60 * LONGEST_A_PARTITION_S)
    assert after(Pace(0.0, 0.0), BUSY - 0.1, partitions=1) == LONGEST_S


def test_between_the_two_the_wait_stays() -> None:
    pace = Pace(0.0, 0.0)
    before = after(pace, 0.0, rounds=1)
    between = (BUSY + SPARE) / 2
    found = pace.wait_s(60, 2 * SECOND, SECOND * between)
    assert found == before


def test_one_look_sees_more_than_a_moment() -> None:
    pace = Pace(0.0, 0.0)
    assert {pace.wait_s(60, number * 0.001, 0.0) for number in range(90)} == {LONGEST_S}


@given(st.lists(st.tuples(st.integers(1, 200), st.floats(0, 10), st.floats(0, 1)), max_size=50))
def test_whatever_happens_the_wait_has_its_bounds(steps: list[tuple[int, float, float]]) -> None:
    pace, now, idle_s = Pace(0.0, 0.0), 0.0, 0.0
    for partitions, span, share in steps:
        now, idle_s = now + span, idle_s + span * share
        assert SHORTEST_S <= pace.wait_s(partitions, now, idle_s) <= max(LONGEST_S, partitions * LONGEST_A_PARTITION_S)
