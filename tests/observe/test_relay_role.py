"""A relay as a process, delivering to a stand-in of Segment: what it tells."""

import asyncio
from pathlib import Path
from typing import Any

import orjson
import pytest

from tests.observe.fetching import metrics, until_status, value
from tests.pipeline.deployment import end, setup
from tests.pipeline.metrics import metrics as some_metrics
from tests.pipeline.metrics import publish, publishing
from tests.support.broker import Broker
from worker.local.ports import free_ports
from worker.local.segment_api import Recorder, SegmentApi
from worker.local.segment_api.faults import Fault
from worker.observe.metrics import METRICS
from worker.observe.relay_role import RelayObserver
from worker.reasons import Reason
from worker.relay.lag import lag_in
from worker.runtime.lag import Depth
from worker.topics import names


def test_what_is_counted_is_told() -> None:
    observer = RelayObserver("metrics")
    assert observer.not_ready() == "starting to read"
    observer.works()
    assert observer.not_ready() is observer.not_alive() is None
    observer.meter.requests["429"] += 2
    observer.meter.dead_letters[Reason.TOO_LARGE] += 1
    observer.meter.open = True
    assert "segment_worker_lag_records" not in {sample.metric.name for sample in observer.samples()}, "not yet known"
    observer.meter.lag = 7
    told = {(sample.metric.name, sample.labels): sample.value for sample in observer.samples()}
    assert told["segment_worker_relay_requests_total", ("429",)] == 2
    assert told["segment_worker_dead_letters_total", ("relay", "too_large")] == 1
    assert told["segment_worker_relay_paused", ()] == 1
    assert told["segment_worker_lag_records", ("metrics",)] == 7
    of_role = {metric.name for metric in METRICS if metric.roles == ("relay",)}
    assert of_role <= {name for name, _ in told}


def test_what_may_be_counted_is_told_from_the_start() -> None:
    told = {(sample.metric.name, sample.labels): sample.value for sample in RelayObserver("metrics").samples()}
    for outcome in ("accepted", "refused", "misconfigured", "timeout", "connection"):
        assert told["segment_worker_relay_requests_total", (outcome,)] == 0
    for reason in Reason:
        assert told["segment_worker_dead_letters_total", ("relay", reason.value)] == 0


def test_the_lag_is_of_the_partitions_that_are_ours() -> None:
    depth = Depth({0: 10, 1: 20, 2: 30}, {0: 4, 1: 20})
    assert lag_in(depth, ()) == 0
    assert lag_in(depth, (0, 1)) == 6
    assert lag_in(depth, (0, 2)) == 36, "nothing was committed of partition 2"


async def until_lag(port: int, topic: str, records: int) -> None:
    async with asyncio.timeout(40):
        while True:
            found = await metrics(port)
            if found.get(("segment_worker_lag_records", (("topic", topic),))) == records:
                return
            await asyncio.sleep(0.5)


@pytest.mark.broker
@pytest.mark.timeout(120)
async def test_a_relay(broker: Broker, tmp_path: Path) -> None:
    (port,) = free_ports(1)
    async with SegmentApi(Recorder(keep=100)) as segment, setup(broker.bootstrap, tmp_path, 2) as running:
        config: dict[str, Any] = orjson.loads(running.config.read_bytes())  # Any: JSON of the tests' making
        config |= {
            "source": {"write_key": "key"},
            "relay": {"endpoint": segment.url, "ledger": str(tmp_path / "ledger")},
            "monitoring": {"port": port},
        }
        running.config.write_bytes(orjson.dumps(config))
        topic = running.topic(names.MESSAGE_METRICS)
        relay = running.start("relay")
        try:
            await until_status(port, "/readyz", 200)
            async with publishing(running) as producer:
                await publish(running, producer, some_metrics(5, 4, 1))
            async with asyncio.timeout(30):
                while value(found := await metrics(port), "segment_worker_relay_delivered_total") != 20:
                    await asyncio.sleep(0.2)
            assert value(found, "segment_worker_relay_requests_total", outcome="accepted") >= 1
            assert value(found, "segment_worker_relay_request_seconds_count") >= 1
            assert value(found, "segment_worker_relay_paused") == 0
            await until_status(port, "/healthz", 200)
            sent = {str(one["messageId"]) for one in some_metrics(5, 4, 1)}
            fresh = [one for one in some_metrics(5, 6, 2) if one["messageId"] not in sent]
            segment.faults.order(Fault.SERVER_ERROR, 10_000)
            async with publishing(running) as producer:
                await publish(running, producer, fresh)
            await until_lag(port, topic, 10)
            segment.faults.clear()
            await until_lag(port, topic, 0)
        finally:
            assert await asyncio.to_thread(end, relay) == 0
