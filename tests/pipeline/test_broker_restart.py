"""The broker is restarted and killed in mid-stream; workers that give up are started again, as an orchestrator does."""

import asyncio
import contextlib
import random
import subprocess
from collections.abc import Callable
from pathlib import Path

import orjson
import pytest

from tests.pipeline.deployment import Setup, end, setup
from tests.pipeline.events import histories
from tests.pipeline.outcome import event_counts, read_all, undisturbed, workspace_of
from tests.support.groups import wait_for_members
from worker.local.broker import LocalBroker
from worker.runtime.lag import LagReader
from worker.topics import names

pytestmark = [pytest.mark.broker, pytest.mark.slow]

Workers = list[subprocess.Popen[bytes]]


@pytest.mark.timeout(300)
async def test_a_broker_that_goes_and_comes_back_costs_nothing(
    own_broker: Callable[[], LocalBroker], tmp_path: Path
) -> None:
    seed = random.SystemRandom().randrange(1 << 32)
    print(f"seed {seed}")  # noqa: T201  to play a failure again
    events = histories(100, 60, seed)
    half = len(events) // 2
    values = [orjson.dumps(event) for event in events]
    kafka = await asyncio.to_thread(own_broker)
    async with setup(kafka.bootstrap, tmp_path) as running:
        workers = [running.start(), running.start()]
        await running.send(values[:half])
        await _under_way(running)
        supervising = asyncio.create_task(_supervise(running, workers))  # one may give up long after the broker is back
        await asyncio.to_thread(kafka.stop)
        await asyncio.to_thread(kafka.start)
        await running.send(values[half:])
        await _under_way(running)
        kafka.kill()
        await asyncio.sleep(1.0)
        await asyncio.to_thread(kafka.start)
        await running.settled(150)
        supervising.cancel()
        with contextlib.suppress(asyncio.CancelledError):
            await supervising
        _start_again(running, workers)
        await wait_for_members(kafka.bootstrap, running.deployment.group, len(workers), 60)  # none is only beginning
        codes = [await asyncio.to_thread(end, worker) for worker in workers]
        changes = await read_all(kafka.bootstrap, running.topic(names.WORKSPACE_CHANGES))
        dead = await read_all(kafka.bootstrap, running.topic(f"{names.SEGMENT_EVENTS}.dlq"))
    assert codes == [0, 0]
    assert dead == []
    expected, found = undisturbed(events, running.deployment.config), workspace_of(changes)
    assert event_counts(found) == event_counts(expected), "events are missing, or were counted twice"
    assert found == expected


async def _under_way(running: Setup) -> None:
    """Return when a part of what was sent is done, but not all."""
    events = running.topic(names.SEGMENT_EVENTS)
    async with LagReader(running.deployment.connection) as lag:
        before = (await lag.group(running.deployment.group, [events]))[0].lag
        while (await lag.group(running.deployment.group, [events]))[0].lag >= before > 0:
            await asyncio.sleep(0.05)


async def _supervise(running: Setup, workers: Workers) -> None:
    while True:
        _start_again(running, workers)
        await asyncio.sleep(0.5)


def _start_again(running: Setup, workers: Workers) -> None:
    for number, worker in enumerate(workers):
        if worker.poll() is not None:
            assert worker.returncode == 1
            workers[number] = running.start()
