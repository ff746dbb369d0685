"""A broker that is killed and comes back: the backfill waits for it, and sends each event once."""

import asyncio
from collections import Counter
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.backfill.deployment import backfill, inbound, started
from tests.pipeline.deployment import setup
from tests.pipeline.outcome import read_all
from worker.local.broker import LocalBroker
from worker.topics import names

pytestmark = [pytest.mark.broker, pytest.mark.slow, pytest.mark.timeout(150)]

EVENTS = [b'{"type":"identify","userId":"u%d","messageId":"m%d"}' % (number, number) for number in range(300)]


async def test_a_broker_that_is_away_for_some_seconds_does_not_end_a_backfill(
    own_broker: Callable[[], LocalBroker], tmp_path: Path
) -> None:
    broker = own_broker()
    file = tmp_path / "events.ndjson"
    file.write_bytes(b"\n".join(EVENTS))
    async with setup(broker.bootstrap, tmp_path, partitions=1) as running:
        process = started(running, "--file", str(file), "--rate", "30")
        for reached in (30, 120):
            while await inbound(running) < reached:
                assert process.poll() is None
                await asyncio.sleep(0.1)
            broker.kill()
            await asyncio.sleep(2.0)
            await asyncio.to_thread(broker.start)
        assert await asyncio.to_thread(process.wait, 60) == 0, running.config.with_name("backfill.log").read_text()
        (run,) = await backfill(running, "list")
        assert (run["state"], run["progress"]["sent"]) == ("done", len(EVENTS))
        sent = await read_all(running.bootstrap, running.topic(names.SEGMENT_EVENTS))
        assert Counter(record.value for record in sent) == dict.fromkeys(EVENTS, 1)
