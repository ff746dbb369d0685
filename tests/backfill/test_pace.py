"""How fast a backfill goes."""

from hypothesis import given
from hypothesis import strategies as st

from worker.backfill.pace import LIVE_RATE, LIVE_RATE_MAX, LIVE_RATE_MIN, QUIET_LAG, QUIET_S, Observation, Pace


def observed(lag: int, live: int = 0) -> Observation:
    return Observation(lag, live, 0.25)


def quiet() -> Pace:
    """The pace when nobody else has written for a while."""
    return Pace(None, quiet_s=QUIET_S)


def test_with_nobody_else_it_keeps_the_workers_busy_and_no_more() -> None:
    assert quiet().after(observed(0)).budget == QUIET_LAG
    assert quiet().after(observed(QUIET_LAG - 5)).budget == 5
    assert quiet().after(observed(QUIET_LAG * 3)).budget == 0


def test_it_begins_slowly_until_it_knows_that_nobody_else_writes() -> None:
    pace = Pace(None)
    for _ in range(round(QUIET_S / 0.25) - 1):
        pace = pace.after(observed(0))
        assert pace.live
        assert pace.budget <= 100
    assert not pace.after(observed(0)).live


def test_beside_live_traffic_it_goes_faster_while_the_workers_keep_up() -> None:
    pace = Pace(None).after(observed(10, live=100))
    assert pace.rate <= LIVE_RATE * 1.5
    assert pace.budget <= LIVE_RATE
    for _ in range(100):
        pace = pace.after(observed(10, live=100))
    assert pace.rate == LIVE_RATE_MAX


def test_it_yields_when_the_workers_fall_behind_and_stops_when_far_behind() -> None:
    fast = Pace(None, rate=800.0)
    assert fast.after(observed(1_300, live=100)).rate == 400.0
    assert fast.after(observed(10_000, live=100)).budget == 0


def test_after_a_quiet_time_it_begins_slowly_again() -> None:
    pace = Pace(None, rate=LIVE_RATE_MAX, quiet_s=QUIET_S).after(observed(0))
    assert pace.after(observed(0, live=10)).rate <= LIVE_RATE * 1.5


@given(
    st.none() | st.floats(0.1, 10_000),
    st.lists(st.tuples(st.integers(0, 10**6), st.integers(0, 10**6)), min_size=1, max_size=30),
)
def test_it_never_exceeds_the_limit_nor_leaves_its_bounds(limit: float | None, looks: list[tuple[int, int]]) -> None:
    pace = Pace(limit)
    for lag, live in looks:
        pace = pace.after(observed(lag, live))
        assert pace.budget >= 0
        assert LIVE_RATE_MIN <= pace.rate <= LIVE_RATE_MAX
        if limit is not None:
            assert pace.budget <= max(1, limit / 4 + 1)
        if not pace.live:
            assert pace.budget + lag <= max(QUIET_LAG, lag)
