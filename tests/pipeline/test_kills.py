"""kill -9 at random moments, two workers, and the rebalances that follow: the workspace of an undisturbed run."""

import asyncio
import random
import subprocess
from pathlib import Path

import orjson
import pytest

from tests.pipeline.deployment import Setup, end, setup
from tests.pipeline.events import histories
from tests.pipeline.outcome import event_counts, read_all, undisturbed, workspace_of
from tests.support.broker import Broker
from worker.topics import names

pytestmark = [pytest.mark.broker, pytest.mark.slow]

KILLS = 20
PEOPLE = 150
EVENTS_EACH = 60


@pytest.mark.timeout(360)
async def test_killed_workers_leave_the_workspace_of_an_undisturbed_run(broker: Broker, tmp_path: Path) -> None:
    seed = random.SystemRandom().randrange(1 << 32)
    print(f"seed {seed}")  # noqa: T201  to play a failure again
    rng = random.Random(seed)
    events = histories(PEOPLE, EVENTS_EACH, seed)
    async with setup(broker.bootstrap, tmp_path) as running:
        sending = asyncio.create_task(_send_slowly(running, [orjson.dumps(event) for event in events]))
        workers = [running.start(), running.start()]
        for kill in range(KILLS):
            await asyncio.sleep(rng.uniform(0.6, 3.0))
            _kill_and_replace(running, workers, kill % 2)
        await sending
        await running.settled(120)
        codes = [await asyncio.to_thread(end, worker) for worker in workers]
        changes = await read_all(broker.bootstrap, running.topic(names.WORKSPACE_CHANGES))
        dead = await read_all(broker.bootstrap, running.topic(f"{names.SEGMENT_EVENTS}.dlq"))
    assert codes == [0, 0]
    assert dead == []
    expected = undisturbed(events, running.deployment.config)
    found = workspace_of(changes)
    assert set(event_counts(found).values()) == {1}, "an event was counted twice"
    assert event_counts(found) == event_counts(expected), "events are missing"
    assert found == expected


async def _send_slowly(running: Setup, values: list[bytes]) -> None:
    step = 200
    for start in range(0, len(values), step):
        await running.send(values[start : start + step])
        await asyncio.sleep(0.5)


def _kill_and_replace(running: Setup, workers: list[subprocess.Popen[bytes]], number: int) -> None:
    assert workers[number].poll() is None, "a worker stopped by itself"
    workers[number].kill()
    workers[number].wait(10)
    workers[number] = running.start()
