"""A backfill that is cancelled while it runs ends soon, also where it waits for workers that are away."""

import asyncio
from pathlib import Path

import pytest

from tests.backfill.deployment import backfill, inbound, started
from tests.pipeline.deployment import end, setup
from tests.support.broker import Broker
from worker.backfill.pace import QUIET_RECORDS

LINES = 2 * QUIET_RECORDS


@pytest.mark.broker
async def test_one_that_waits_for_the_workers_ends_without_sending_more(broker: Broker, tmp_path: Path) -> None:
    file = tmp_path / "events.ndjson"
    file.write_bytes(b'{"type": "identify", "userId": "u1", "traits": {"plan": "free"}}\n' * LINES)
    async with setup(broker.bootstrap, tmp_path, partitions=2) as running:
        process = started(running, "--file", str(file))
        try:
            while (waiting := await inbound(running)) < QUIET_RECORDS:
                assert process.poll() is None
                await asyncio.sleep(0.05)
            (run,) = await backfill(running, "list")
            await backfill(running, "cancel", run["id"])
            assert await asyncio.to_thread(process.wait, 10) == 1
        finally:
            await asyncio.to_thread(end, process)
        assert f"backfill {run['id']} was cancelled" in running.config.with_name("backfill.log").read_text()
        assert waiting <= await inbound(running) < LINES
