"""The pace in its loop: against a model of workers that do so many records a second and commit now and then."""

from collections.abc import Iterator

import pytest
from msgspec import Struct

from worker.backfill.governor import LOOK_S, PORTION_S
from worker.backfill.pace import LIVE_RATE_MAX, LIVE_RATE_MIN, Look, Pace

STEP_S = 0.01
COMMIT_S = 0.5


class Moment(Struct, frozen=True):
    """How it is at a time: how long a new record waits for its turn, and the replayed events sent in the last step."""

    at: float
    wait_s: float
    sent: float


def play(
    seconds: float, capacity: float, live: float, pauses: float = 0.0, *, replaying: bool = True
) -> Iterator[Moment]:
    """`capacity` and `live` are records a second; the workers stand still for `pauses` seconds every five."""
    pace = Pace(None, COMMIT_S)
    written = done = committed = 0.0
    looked = seen_written = seen_done = 0.0
    for step in range(1, round(seconds / STEP_S)):
        at = step * STEP_S
        sent = 0.0
        if step % round(PORTION_S / STEP_S) == 0:
            rate = pace.per_second
            assert rate is not None, "there is live traffic"
            sent = rate * PORTION_S if replaying else 0.0
        written += live * STEP_S + sent
        if at % 5 >= pauses:
            done = min(written, done + capacity * STEP_S)
        if step % round(COMMIT_S / STEP_S) == 0:
            committed = done
        if step % round(LOOK_S / STEP_S) == 0:
            look = Look(
                at - looked,
                round(written - committed),
                round(written - seen_written),
                round(committed - seen_done),
                round(live * LOOK_S) or 1,
            )
            pace, looked, seen_written, seen_done = pace.after(look), at, written, committed
        yield Moment(at, (written - done) / capacity, sent)


def settled(moments: Iterator[Moment]) -> tuple[float, float, float]:
    """After a minute: the mean and the worst wait, and events sent a second."""
    found = [moment for moment in moments if moment.at > 60]
    waits = [moment.wait_s for moment in found]
    return sum(waits) / len(waits), max(waits), sum(moment.sent for moment in found) / (len(found) * STEP_S)


def test_where_there_is_room_it_goes_as_fast_as_it_may() -> None:
    mean, worst, rate = settled(play(120, capacity=4_000, live=200))
    assert rate == pytest.approx(LIVE_RATE_MAX, rel=0.02)
    assert worst < 0.05
    assert mean < 0.02


@pytest.mark.parametrize(("capacity", "live"), [(600, 200), (1_000, 200), (900, 600)])
def test_where_there_is_little_it_takes_most_of_it_and_live_events_do_not_wait(capacity: float, live: float) -> None:
    mean, worst, rate = settled(play(240, capacity, live))
    assert rate > 0.5 * (capacity - live)
    assert mean < 0.05
    assert worst < 0.25


def test_workers_that_stand_still_now_and_then_are_left_alone() -> None:
    _, alone, _ = settled(play(240, 1_000, 200, pauses=1.0, replaying=False))
    _, worst, rate = settled(play(240, 1_000, 200, pauses=1.0))
    assert worst <= alone * 1.5
    assert rate > LIVE_RATE_MIN / 2


def test_workers_that_cannot_keep_up_with_live_traffic_get_next_to_nothing_more() -> None:
    _, _, rate = settled(play(120, capacity=190, live=200))
    assert rate <= LIVE_RATE_MIN
