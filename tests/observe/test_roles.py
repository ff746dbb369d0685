"""A worker and a view as processes: what they tell while they start, work, and stand still."""

import asyncio
import os
import signal
from pathlib import Path
from typing import Any

import orjson
import pytest

from tests.observe.fetching import get, metrics, until_status, value
from tests.pipeline.deployment import Setup, end, setup
from tests.support.broker import Broker
from worker.local.ports import free_ports
from worker.observe.metrics import METRICS
from worker.topics import names

pytestmark = pytest.mark.broker


def event(number: int, **fields: object) -> bytes:
    return orjson.dumps({"type": "track", "event": "Seen", "messageId": f"m{number}", "properties": {}, **fields})


def serve(setting: Setup, port: int) -> None:
    """From now on the roles that are started serve at `port`."""
    config: dict[str, Any] = orjson.loads(setting.config.read_bytes())  # Any: JSON of the tests' making
    setting.config.write_bytes(orjson.dumps({**config, "monitoring": {"port": port}}))


@pytest.mark.timeout(120)
async def test_a_worker_and_a_view(broker: Broker, tmp_path: Path) -> None:
    worker_port, view_port = free_ports(2)
    async with setup(broker.bootstrap, tmp_path, partitions=2) as running:
        events = [event(number, userId=f"u{number % 5}") for number in range(20)]
        events += [event(100 + number, anonymousId="a") for number in range(3)]
        await running.send([*events, b"{not json", b"{}"])
        serve(running, worker_port)
        worker, view = running.start(), None
        try:
            await until_status(worker_port, "/healthz", 200)  # it has read its configuration
            serve(running, view_port)
            view = running.start("view")
            await until_status(worker_port, "/readyz", 200)
            await until_status(view_port, "/readyz", 200)
            await running.settled(40)
            async with asyncio.timeout(20):
                while value(found := await metrics(worker_port), "segment_worker_assigned_partitions") != 12:
                    await asyncio.sleep(0.2)
            assert value(found, "segment_worker_records_total", agent="route") == 25
            assert value(found, "segment_worker_dead_letters_total", agent="route", reason="not_json") == 1
            assert value(found, "segment_worker_dead_letters_total", agent="route", reason="unknown_type") == 1
            assert value(found, "segment_worker_rebalancing") == value(found, "segment_worker_recovering") == 0
            assert value(found, "segment_worker_commit_age_seconds") == 0
            assert ("segment_worker_lag_records", (("topic", running.topic(names.PEOPLE)),)) in found
            assert value(found, "segment_worker_state_keys", agent="identify") > 5
            assert value(found, "segment_worker_event_age_seconds_count", agent="identify") > 0
            assert value(found, "segment_worker_delivered_records_total", kind="outputs") >= 50
            assert value(found, "segment_worker_delivery_seconds_count", kind="changelog") > 0
            async with asyncio.timeout(20):
                while True:
                    seen = await metrics(view_port)
                    if value(seen, "segment_worker_changes_total", type="person_created") == 5:
                        break
                    await asyncio.sleep(0.2)
            async with asyncio.timeout(30):  # what waits is counted every 10 s
                while value(seen := await metrics(view_port), "segment_worker_waiting_events") != 3:
                    await asyncio.sleep(0.5)
            assert value(seen, "segment_worker_waiting_anonymous_ids") == 1
            known = {metric.name for metric in METRICS}
            for name, _ in [*found, *seen]:
                stem = name.removesuffix("_bucket").removesuffix("_sum").removesuffix("_count").removesuffix("_created")
                assert not name.startswith("segment_worker_") or {name, stem} & known, name

            os.kill(worker.pid, signal.SIGSTOP)  # the loop does not turn: nobody answers
            with pytest.raises(TimeoutError):
                async with asyncio.timeout(1):
                    await get(worker_port, "/healthz")
            os.kill(worker.pid, signal.SIGCONT)
            assert await until_status(worker_port, "/healthz", 200)
        finally:
            codes = [await asyncio.to_thread(end, role) for role in (worker, view) if role is not None]
        assert codes == [0, 0]
