"""Relays killed and rebalanced while Segment fails: everything arrives, in order, nothing again once acknowledged."""

import asyncio
import random
import signal
from collections import Counter
from pathlib import Path

import pytest

from tests.pipeline.deployment import Setup, end, setup
from tests.pipeline.metrics import (
    acknowledged_at,
    delivered,
    first_arrivals,
    late_repeats,
    metrics,
    publish,
    publishing,
)
from tests.support.broker import Broker
from worker.jsontypes import JsonObject
from worker.local.segment_api import Fault, Faults, Rates, Recorder, SegmentApi

pytestmark = [pytest.mark.broker, pytest.mark.slow]

KILLS = 5
PEOPLE, EACH = 60, 200
REQUESTS_BETWEEN = 12
AHEAD = 600
RATES = Rates(server_error=0.1, hang=0.05, reset=0.05, slow=0.05, rate_limited=0.01)


def sections(url: str, directory: Path) -> dict[str, JsonObject]:
    return {
        "source": {"write_key": "a-write-key"},
        "relay": {
            "endpoint": url,
            "ledger": str(directory / "relay.sqlite"),
            "timeout_s": 1.0,
            "retry_min_s": 0.05,
            "retry_max_s": 0.5,
        },
        "worker": {
            "batch_records": 40,
            "session_timeout_s": 4.0,
            "heartbeat_interval_s": 0.3,
            "request_timeout_s": 9.0,
            "delivery_timeout_s": 3.5,
        },
    }


class Killing:
    """Two relays, one of which is killed each time Segment has had some requests since the last time."""

    def __init__(self, running: Setup, segment: SegmentApi, rng: random.Random) -> None:
        self.running = running
        self.relays = [running.start("relay"), running.start("relay")]
        self._segment = segment
        self._rng = rng

    async def run(self) -> None:
        for kill in range(KILLS):
            wanted = self._segment.recorder.requests + REQUESTS_BETWEEN
            async with asyncio.timeout(60):
                while self._segment.recorder.requests < wanted:
                    await asyncio.sleep(0.01)
            await asyncio.sleep(self._rng.uniform(0.0, 0.5))
            self._kill(kill % 2)

    def _kill(self, number: int) -> None:
        victim = self.relays[number]
        assert victim.poll() is None, self.running.config.with_name("relay.log").read_text()[-2000:]
        victim.kill()
        victim.wait(10)
        self.relays[number] = self.running.start("relay")

    def abandon(self) -> None:
        """Leave no process behind, however the test ends."""
        for relay in self.relays:
            if relay.poll() is None:
                relay.kill()
                relay.wait(10)

    async def end(self) -> list[int]:
        return await asyncio.gather(*(asyncio.to_thread(end, relay) for relay in self.relays))


@pytest.mark.timeout(240)
async def test_killed_relays_deliver_everything_and_nothing_again(broker: Broker, tmp_path: Path) -> None:
    seed = random.SystemRandom().randrange(1 << 32)
    print(f"seed {seed}")  # noqa: T201  to play a failure again
    events = metrics(PEOPLE, EACH, seed)
    faults = Faults(seed, RATES, slow_s=0.3, hang_s=5.0)
    sent = 0
    async with (
        SegmentApi(Recorder(keep=1_000_000), faults, write_key="a-write-key") as segment,
        setup(broker.bootstrap, tmp_path, sections=sections(segment.url, tmp_path)) as running,
        publishing(running) as producer,
    ):
        killing = Killing(running, segment, random.Random(seed))
        try:
            kills = asyncio.create_task(killing.run())
            while not kills.done() and sent < len(events):
                if sent - segment.recorder.accepted < AHEAD:  # the kills must meet relays that have something to do
                    await publish(running, producer, events[sent : sent + 30])
                    sent += 30
                await asyncio.sleep(0.1)
            await kills
            await delivered(running, 60)
            codes = await killing.end()
            arrivals = list(segment.recorder.arrivals)
        finally:
            killing.abandon()
    assert set(codes) <= {0, -signal.SIGTERM}, "a relay that was still starting does not say goodbye"
    counts = Counter(arrival.message_id for arrival in arrivals)
    repeats = sum(counts.values()) - len(counts)
    print(f"{len(counts)} delivered in {segment.recorder.requests} requests, {repeats} repeats, {dict(faults.met)}")  # noqa: T201
    assert set(counts) == {str(event["messageId"]) for event in events[:sent]}
    assert {fault for fault, count in faults.met.items() if count} >= {Fault.SERVER_ERROR, Fault.HANG, Fault.RESET}
    acknowledged = acknowledged_at([tmp_path / "relay.sqlite"])
    assert set(acknowledged) == set(counts)
    assert late_repeats(arrivals, acknowledged) == []
    expected: dict[str, list[int]] = {}
    for event in events[:sent]:
        expected.setdefault(str(event["userId"]), []).append(len(expected.get(str(event["userId"]), [])))
    assert first_arrivals(arrivals) == expected
