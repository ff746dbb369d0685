"""How much the governor lets through, where the pace is known."""

import math
from collections.abc import Sequence
from typing import cast

import pytest

from worker.backfill import governor
from worker.backfill.governor import LOOK_S, PORTION_S, Governor
from worker.backfill.pace import QUIET_S, Pace
from worker.config import load_config
from worker.deployment import make_deployment
from worker.runtime.lag import Depth, LagReader
from worker.topics import names

RATE = 1_000.0


class Time:
    """Passes when it is slept."""

    def __init__(self) -> None:
        self.now = 1.0

    def monotonic(self) -> float:
        return self.now

    async def sleep(self, seconds: float) -> None:
        self.now += seconds


@pytest.fixture
def time(monkeypatch: pytest.MonkeyPatch) -> Time:
    made = Time()
    monkeypatch.setattr(governor, "time", made)
    monkeypatch.setattr(governor, "asyncio", made)
    monkeypatch.setattr(governor, "LOOK_S", math.inf)
    return made


def governed(limit: float | None = None, lag: "Lag | None" = None) -> Governor:
    """Without `lag` it looks at nothing: its pace is set."""
    return Governor(cast("LagReader", lag), make_deployment(load_config(None)), names.SEGMENT_EVENTS, limit)


async def sent_in(governed: Governor, time: Time, seconds: float) -> int:
    end, sent = time.now + seconds, 0
    while time.now < end:
        sent += await governed.permit(1_000_000)
    return sent


async def test_without_live_traffic_there_is_room_for_so_many_and_no_more(time: Time) -> None:
    one = governed()
    one.pace = Pace(None, 0.5, room=5_000, quiet_s=QUIET_S)
    assert (await one.permit(2_000), await one.permit(9_000)) == (2_000, 3_000)
    assert one.pace.room == 0


async def test_beside_live_traffic_it_goes_at_the_paces_rate(time: Time) -> None:
    one = governed()
    one.pace = Pace(None, 0.5, rate=RATE)
    assert await sent_in(one, time, 10) == pytest.approx(10 * RATE, rel=0.02)


async def test_what_went_while_nobody_else_wrote_is_not_held_against_what_goes_beside_live_traffic(time: Time) -> None:
    one = governed()
    one.pace = Pace(None, 0.5, room=50_000, quiet_s=QUIET_S)
    assert await one.permit(50_000) == 50_000
    one.pace = Pace(None, 0.5, rate=RATE)
    assert await sent_in(one, time, 10) == pytest.approx(10 * RATE, rel=0.02)


async def test_a_limit_holds_with_and_without_live_traffic(time: Time) -> None:
    for pace in (Pace(RATE, 0.5, room=50_000, quiet_s=QUIET_S), Pace(RATE, 0.5, rate=9 * RATE)):
        one = governed(RATE)
        one.pace = pace
        assert await sent_in(one, time, 10) == pytest.approx(10 * RATE, rel=0.02)


async def test_what_was_not_sent_in_time_is_not_made_up_for(time: Time) -> None:
    one = governed()
    one.pace = Pace(None, 0.5, rate=RATE)
    await one.permit(1)
    time.now += 60
    assert await one.permit(1_000_000) <= 2 * RATE * PORTION_S


class Lag:
    """The brokers: two inbound partitions, of which the second ends with a marker of a transaction."""

    def __init__(self) -> None:
        self.done = 100

    async def depths(self, _group: str, topics: Sequence[str]) -> dict[str, Depth]:
        assert topics[0] == names.SEGMENT_EVENTS
        rest = {topic: Depth({0: 50}, {0: 50}) for topic in topics[1:]}
        return {topics[0]: Depth({0: 100, 1: 31}, {0: self.done, 1: 30}), **rest}


async def test_a_marker_at_an_end_waits_for_nobody(time: Time, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(governor, "LOOK_S", LOOK_S)
    lag = Lag()
    one = governed(lag=lag)
    await one.permit(1)
    assert (one.waiting, one.ends) == (0, {0: 100, 1: 31})
    time.now += LOOK_S
    lag.done = 60
    await one.permit(1)
    assert one.waiting == 40 - 1, "which of them are markers nobody tells"
