"""The circuit breaker, and the backoff of one request."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from worker.relay.breaker import (
    Breaker,
    Closed,
    Open,
    Policy,
    Trying,
    after_failure,
    after_silence,
    after_success,
    backoff_s,
    may_send,
    wait_s,
)

POLICY = Policy(failures=3, pause_s=5.0, pause_max_s=60.0)


def fail(state: Breaker, now: float = 0.0, after: float | None = None) -> Breaker:
    return after_failure(state, now, POLICY, after)


def test_it_opens_after_so_many_failures_in_a_row() -> None:
    state: Breaker = Closed()
    for _ in range(2):
        state = fail(state)
        assert may_send(state, 0.0) is state
    assert fail(state, 10.0) == Open(15.0, 1)
    assert fail(after_success(state)) == Closed(1)


def test_open_nothing_goes_and_then_one() -> None:
    state = Open(15.0, 1)
    assert may_send(state, 14.9) is None
    assert wait_s(state, 14.0) == 1.0
    tried = may_send(state, 15.0)
    assert tried == Trying(1)
    assert tried is not None
    assert may_send(tried, 99.0) is None
    assert wait_s(tried, 99.0) is None
    assert after_success(tried) == Closed()


def test_pauses_double_up_to_the_longest() -> None:
    state: Breaker = Trying(1)
    pauses = []
    for _ in range(6):
        state = fail(state, 0.0)
        assert isinstance(state, Open)
        pauses.append(state.until)
        state = Trying(state.pauses)
    assert pauses == [10.0, 20.0, 40.0, 60.0, 60.0, 60.0]
    assert isinstance(fail(Trying(10_000)), Open)


def test_what_an_answer_asks_is_asked_of_all() -> None:
    assert fail(Closed(), 100.0, 7.0) == Open(107.0, 0)
    assert fail(Closed(), 100.0, 0.0) == Closed(1)
    assert fail(Open(107.0, 0), 101.0, 30.0) == Open(131.0, 0)
    assert fail(Open(107.0, 2), 101.0, 1.0) == Open(107.0, 2)
    assert fail(Trying(0), 0.0, 30.0) == Open(30.0, 1)
    assert fail(Trying(0), 0.0, 1.0) == Open(5.0, 1)


def test_a_straggler_does_not_make_it_longer() -> None:
    assert fail(Open(15.0, 1), 14.0) == Open(15.0, 1)


def test_a_try_that_was_given_up_lets_the_next_one_try() -> None:
    state = after_silence(Trying(2), 50.0)
    assert may_send(state, 50.0) == Trying(2)
    assert after_silence(Closed(2), 50.0) == Closed(2)


@given(st.lists(st.tuples(st.sampled_from("fsqg"), st.floats(0, 10)), max_size=60))
def test_it_never_stays_shut(steps: list[tuple[str, float]]) -> None:
    """Whatever happens, once the one that tries is back, somebody may send after at most the longest pause."""
    state: Breaker = Closed()
    now = 0.0
    for step, passed in steps:
        now += passed
        if step == "g":
            state = may_send(state, now) or state
        elif step == "f":
            state = fail(state, now)
        elif step == "s":
            state = after_success(state)
        else:
            state = after_silence(state, now)
    state = after_silence(state, now)
    assert may_send(state, now + POLICY.pause_max_s) is not None


@pytest.mark.parametrize(("attempt", "longest"), [(1, 0.5), (2, 1.0), (3, 2.0), (8, 60.0), (10_000, 60.0)])
def test_retries_wait_longer_each_time(attempt: int, longest: float) -> None:
    assert backoff_s(attempt, 0.5, 60.0, 1.0) == longest
    assert backoff_s(attempt, 0.5, 60.0, 0.25) == longest / 4
    assert backoff_s(attempt, 0.5, 60.0, 0.0) == 0.0
