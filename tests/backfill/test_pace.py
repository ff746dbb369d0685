"""How fast a backfill goes."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from worker.backfill.pace import (
    LIVE_RATE,
    LIVE_RATE_MAX,
    LIVE_RATE_MIN,
    LIVE_SHARE_MIN,
    LIVE_STEP,
    QUIET_RECORDS,
    QUIET_RECORDS_MAX,
    QUIET_S,
    WAIT_MAX_S,
    Look,
    Pace,
)

LOOK_S = 0.1
COMMIT_S = 0.5


def look(waiting: int, live: int = 0, flow: int = 50) -> Look:
    """What is seen when `flow` records passed since the last look."""
    return Look(LOOK_S, waiting, flow, flow, live)


def fresh(limit: float | None = None) -> Pace:
    return Pace(limit, COMMIT_S)


def quiet() -> Pace:
    """The pace when nobody else has written for a while."""
    return Pace(None, COMMIT_S, quiet_s=QUIET_S)


def after(pace: Pace, *looks: Look) -> Pace:
    for one in looks:
        pace = pace.after(one)
    return pace


def test_with_nobody_else_it_keeps_the_workers_busy_and_no_more() -> None:
    slow = look(0, flow=5)
    assert quiet().after(slow).room == QUIET_RECORDS
    assert quiet().after(look(QUIET_RECORDS - 5, flow=5)).room == 5
    assert quiet().after(look(QUIET_RECORDS * 3, flow=5)).room == 0


def test_with_nobody_else_fast_workers_get_a_second_of_their_work() -> None:
    pace = after(quiet(), *[look(1_000, flow=800)] * 50)
    assert 6_900 <= pace.room <= 7_000
    assert after(quiet(), *[look(0, flow=10**5)] * 50).room == QUIET_RECORDS_MAX


def test_it_begins_slowly_until_it_knows_that_nobody_else_writes() -> None:
    pace = fresh()
    for _ in range(round(QUIET_S / LOOK_S) - 1):
        pace = pace.after(look(0))
        assert pace.live
        assert pace.per_second is not None
        assert pace.per_second <= LIVE_RATE + LIVE_STEP * QUIET_S
    assert not after(pace, look(0), look(0)).live


def test_beside_live_traffic_it_goes_faster_while_nothing_waits() -> None:
    second = [look(5, live=10)] * round(1 / LOOK_S)
    pace = after(fresh(), *second)
    assert LIVE_RATE < pace.rate <= LIVE_RATE + LIVE_STEP
    for _ in range(round(LIVE_RATE_MAX / LIVE_STEP)):
        pace = after(pace, *second)
    assert pace.rate == LIVE_RATE_MAX


def test_what_the_workers_have_done_and_not_yet_committed_does_not_wait() -> None:
    """Between commits as many records as come seem to wait; just after one, only those that do."""
    pace = fresh()
    for _ in range(20):
        pace = after(pace, *[look(waiting, live=10) for waiting in (20, 70, 120, 170, 220)])
    assert pace.rate > LIVE_RATE
    assert not pace.held


def test_it_halves_its_rate_within_a_second_when_records_wait() -> None:
    behind = round(500 * WAIT_MAX_S * 1.5) + 50
    pace = after(Pace(None, COMMIT_S, rate=800.0), *[look(5, live=10)] * 20)
    pace = after(pace, *[look(behind, live=10)] * round(1 / LOOK_S))
    assert pace.rate <= 425.0
    assert after(pace, *[look(behind, live=1)] * 100).rate == LIVE_RATE_MIN


def test_it_goes_on_at_a_share_of_the_live_rate_where_records_always_wait_a_little() -> None:
    behind = round(500 * WAIT_MAX_S * 1.5) + 50
    pace = after(Pace(None, COMMIT_S, rate=800.0), *[look(behind, live=100)] * 100)
    assert pace.per_second == pytest.approx(LIVE_SHARE_MIN * 100 / LOOK_S, rel=0.01)


def test_it_stops_at_once_when_far_behind_and_goes_on_when_that_is_over() -> None:
    pace = after(fresh(), *[look(5, live=10)] * 20)
    far = pace.after(look(2_000, live=10))
    assert far.per_second == 0.0
    assert after(far, *[look(2_000, live=10)] * 20).per_second == 0.0
    assert (after(far, look(5, live=10)).per_second or 0.0) > 0.0


def test_after_a_quiet_time_it_begins_slowly_again() -> None:
    pace = after(Pace(None, COMMIT_S, rate=LIVE_RATE_MAX, quiet_s=QUIET_S), look(0))
    assert pace.after(look(0, live=10)).rate == LIVE_RATE


@given(
    st.none() | st.floats(0.1, 10_000),
    st.lists(
        st.builds(
            Look,
            st.floats(0.0, 60.0),
            st.integers(0, 10**6),
            st.integers(0, 10**6),
            st.integers(0, 10**6),
            st.integers(0, 10**6) | st.just(0),
        ),
        min_size=1,
        max_size=30,
    ),
)
def test_it_never_exceeds_the_limit_nor_leaves_its_bounds(limit: float | None, looks: list[Look]) -> None:
    pace = fresh(limit)
    for one in looks:
        pace = pace.after(one)
        assert LIVE_RATE_MIN <= pace.rate <= LIVE_RATE_MAX
        assert pace.room >= 0
        assert len(pace.waits) <= len(looks)
        if limit is not None:
            assert pace.per_second is not None
            assert pace.per_second <= limit
        if pace.live:
            assert pace.per_second is not None
            assert pace.room == 0
        else:
            assert pace.room + one.waiting <= max(QUIET_RECORDS_MAX, one.waiting)
