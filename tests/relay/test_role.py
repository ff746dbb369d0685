"""The role on a real broker, in this process: sharing, replays, outages."""

import asyncio
import subprocess
import sys
from collections import Counter
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import msgspec
import orjson
import pytest
from aiokafka import AIOKafkaConsumer, TopicPartition

from tests.pipeline.deployment import Setup, setup
from tests.pipeline.metrics import delivered, first_arrivals, metrics, publish, publishing
from tests.pipeline.outcome import read_all
from tests.support.broker import Broker
from worker.jsontypes import JsonObject
from worker.local.segment_api import Fault, Faults, Rates, Recorder, SegmentApi
from worker.relay.errors import SegmentRefuses
from worker.relay.lane import AHEAD_RECORDS
from worker.relay.ledger import open_ledger
from worker.relay.meter import RelayMeter
from worker.relay.role import Delivery, Relay, run_relay
from worker.relay.settings import RelaySettings
from worker.runtime.errors import RuntimeFault
from worker.runtime.lag import LagReader
from worker.topics import names
from worker.wiring import make_delivery

pytestmark = [pytest.mark.broker, pytest.mark.timeout(180)]

PARTITIONS = 4


class Surroundings:
    """A deployment's topics, and a Segment."""

    def __init__(self, running: Setup, segment: SegmentApi, directory: Path) -> None:
        self.running = running
        self.segment = segment
        self._directory = directory

    def delivery(self, ledger: str = "ledger", **settings: object) -> Delivery:
        made = make_delivery(self.running.deployment, "key")
        defaults: dict[str, object] = {
            "retry_min_s": 0.01,
            "retry_max_s": 0.1,
            "timeout_s": 2.0,
            "breaker_pause_s": 0.1,
        }
        changed = msgspec.convert({**defaults, **settings, "ledger": str(self._directory / ledger)}, RelaySettings)
        return msgspec.structs.replace(made, settings=changed, url=f"{self.segment.url}/v1/batch")

    @asynccontextmanager
    async def relay(self, delivery: Delivery) -> AsyncIterator[RelayMeter]:
        """A relay while the body runs; stopped gracefully."""
        stop, meter = asyncio.Event(), RelayMeter()
        task = asyncio.create_task(run_relay(delivery, stop, meter))
        try:
            yield meter
        finally:
            stop.set()
            async with asyncio.timeout(20):
                await task

    async def publish(self, events: list[JsonObject]) -> None:
        async with publishing(self.running) as producer:
            await publish(self.running, producer, events)

    def counts(self) -> Counter[str]:
        return Counter(arrival.message_id for arrival in self.segment.recorder.arrivals)

    async def lag(self) -> int:
        deployment = self.running.deployment
        async with LagReader(deployment.connection) as reader:
            (row,) = await reader.group(deployment.relay_group, [deployment.topic(names.MESSAGE_METRICS)])
        return row.lag


@pytest.fixture
async def around(broker: Broker, tmp_path: Path) -> AsyncIterator[Surroundings]:
    recorder = Recorder(keep=1_000_000)
    async with SegmentApi(recorder) as segment, setup(broker.bootstrap, tmp_path, PARTITIONS) as running:
        yield Surroundings(running, segment, tmp_path)


def ids(events: list[JsonObject]) -> dict[str, int]:
    return {str(event["messageId"]): 1 for event in events}


async def test_relays_that_come_and_go_deliver_everything_once_each_with_a_ledger_of_its_own(
    around: Surroundings,
) -> None:
    events = metrics(30, 60, seed=1)
    async with publishing(around.running) as producer:

        async def send() -> None:
            for start in range(0, len(events), 20):
                await publish(around.running, producer, events[start : start + 20])
                await asyncio.sleep(0.05)

        sending = asyncio.create_task(send())
        async with around.relay(around.delivery("c")):
            async with around.relay(around.delivery("a")):
                await asyncio.sleep(1.5)
                async with around.relay(around.delivery("b")):
                    await asyncio.sleep(1.5)
            await sending
            await delivered(around.running, 60)
    assert around.counts() == ids(events)
    assert first_arrivals(around.segment.recorder.arrivals) == {f"person-{n}": list(range(60)) for n in range(30)}


async def test_one_that_is_stopping_gives_no_partition_away_before_its_requests_are_answered(
    around: Surroundings,
) -> None:
    """As in a rolling restart, where the next one joins the group while the last one ends."""
    events = metrics(1, 5, seed=7)
    around.segment.faults = Faults(slow_s=1.8)
    around.segment.faults.order(Fault.SLOW)
    stop = asyncio.Event()
    ending = asyncio.create_task(run_relay(around.delivery("a", timeout_s=6.0), stop))
    await around.publish(events)
    async with asyncio.timeout(20):
        while len(around.segment.recorder.arrivals) < len(events):
            await asyncio.sleep(0.01)
    stop.set()
    async with around.relay(around.delivery("b")):
        await delivered(around.running, 60)
        await ending
    assert around.counts() == ids(events)


async def test_one_that_has_stopped_takes_no_partitions_from_a_rebalance_that_ends_late(around: Surroundings) -> None:
    delivery, stop = around.delivery(), asyncio.Event()
    relay = Relay(delivery, RelayMeter())
    stop.set()
    async with open_ledger(Path(delivery.settings.ledger)) as ledger:
        await relay.run(ledger, None, stop)
        before = asyncio.all_tasks()
        await relay.assigned([0, 1])
        assert asyncio.all_tasks() == before, "a lane would work until somebody closes it"


async def test_a_replay_is_not_delivered_again(around: Surroundings) -> None:
    events = metrics(10, 20, seed=2)
    await around.publish(events)
    async with around.relay(around.delivery()):
        await delivered(around.running, 60)
    await around.publish(events[:50])  # the same messages once more
    await _to_the_beginning(around.running)
    async with around.relay(around.delivery()) as meter:
        await delivered(around.running, 60)
    assert around.counts() == ids(events)
    assert (meter.accepted, meter.repeats) == (0, len(events) + 50)


async def test_while_segment_is_away_kafka_keeps_what_waits(around: Surroundings) -> None:
    events = metrics(40, 700, seed=3)
    await around.publish(events)
    around.segment.faults = Faults(3, Rates(server_error=1.0), taken=0.0)
    async with around.relay(around.delivery(breaker_failures=3)) as meter:
        await asyncio.sleep(3.0)
        assert meter.open
        assert 0 < meter.waiting <= 2 * PARTITIONS * (AHEAD_RECORDS + 1000)
        assert meter.waiting < len(events)
        assert await around.lag() == len(events)
        around.segment.faults.clear()
        await delivered(around.running, 60)
        assert (meter.open, meter.accepted) == (False, len(events))
    assert around.counts() == ids(events)
    assert meter.waiting == 0


async def test_a_write_key_that_segment_refuses_stops_it_and_loses_nothing(broker: Broker, tmp_path: Path) -> None:
    async with SegmentApi(write_key="another") as segment, setup(broker.bootstrap, tmp_path, PARTITIONS) as running:
        around = Surroundings(running, segment, tmp_path)
        await around.publish(metrics(3, 3, seed=4))
        with pytest.raises(SegmentRefuses, match="401"):
            async with asyncio.timeout(20):
                await run_relay(around.delivery(), asyncio.Event())
        assert await around.lag() == 9
        assert (await read_all(broker.bootstrap, running.topic(f"{names.MESSAGE_METRICS}.dlq"))) == []


async def test_refused_events_are_dead_letters_with_segments_answer(around: Surroundings, broker: Broker) -> None:
    events = metrics(2, 10, seed=5)
    events[7] = {**events[7], "type": "dance"}
    await around.publish(events)
    async with around.relay(around.delivery()) as meter:
        await delivered(around.running, 60)
    (letter,) = await read_all(broker.bootstrap, around.running.topic(f"{names.MESSAGE_METRICS}.dlq"))
    assert orjson.loads(letter.value) == events[7]
    assert dict(letter.headers)["reason"] == b"refused"
    assert b"invalid_type" in dict(letter.headers)["detail"]
    assert (meter.accepted, sum(meter.dead_letters.values())) == (19, 1)


async def test_a_ledger_that_is_none_stops_it(around: Surroundings, tmp_path: Path) -> None:
    (tmp_path / "bad").write_text("text " * 1000)
    with pytest.raises(RuntimeFault, match=r"relay\.ledger"):
        await run_relay(around.delivery("bad"), asyncio.Event())


async def test_what_was_printed_is_still_to_be_delivered(around: Surroundings) -> None:
    events = metrics(3, 5, seed=6)
    await around.publish(events)
    config = str(around.running.config)
    printing = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "worker", "relay", "--config", config, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL
    )
    assert printing.stdout is not None
    lines = [orjson.loads(await printing.stdout.readline()) for _ in events]
    printing.terminate()
    assert await printing.wait() == 0
    assert sorted(line["messageId"] for line in lines) == sorted(ids(events))
    assert await around.lag() == len(events)
    async with around.relay(around.delivery()):
        await delivered(around.running, 60)
    assert around.counts() == ids(events)


async def _to_the_beginning(running: Setup) -> None:
    """What `kafka-consumer-groups --reset-offsets --to-earliest` does."""
    topic = running.topic(names.MESSAGE_METRICS)
    consumer = AIOKafkaConsumer(
        bootstrap_servers=running.bootstrap, group_id=running.deployment.relay_group, enable_auto_commit=False
    )
    await consumer.start()
    try:
        partitions = [TopicPartition(topic, number) for number in range(PARTITIONS)]
        consumer.assign(partitions)
        await consumer.commit(dict.fromkeys(partitions, 0))
    finally:
        await consumer.stop()
