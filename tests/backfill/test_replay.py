"""Backfills on a real broker, with a real worker."""

import asyncio
import gzip
import random
from pathlib import Path

import orjson
import pytest

from tests.backfill.deployment import backfill, inbound, sent, started
from tests.backfill.traces import traces
from tests.pipeline.deployment import Setup, end, setup
from tests.pipeline.events import histories
from tests.pipeline.outcome import event_counts, read_all, undisturbed, workspace_of
from tests.support.broker import Broker
from worker.jsontypes import JsonObject
from worker.topics import names

pytestmark = [pytest.mark.broker, pytest.mark.slow]

KILLS = 5


def write_file(directory: Path, events: list[JsonObject]) -> str:
    path = directory / "events.ndjson.gz"
    path.write_bytes(gzip.compress(b"\n".join(map(orjson.dumps, events))))
    return str(path)


async def killed_and_resumed(running: Setup, file: str, rng: random.Random) -> None:
    process = started(running, "--file", file, "--rate", "250")
    before = 0
    for _ in range(KILLS):
        while (now := await inbound(running)) <= before:
            assert process.poll() is None, running.config.with_name("backfill.log").read_text()
            await asyncio.sleep(0.05)
        await asyncio.sleep(rng.uniform(0.0, 0.5))
        before = now
        process.kill()
        process.wait(10)
        (run,) = await backfill(running, "list")
        assert run["state"] == "unfinished"
        process = started(running, "resume", run["id"])
    assert await asyncio.to_thread(process.wait, 60) == 0
    (run,) = await backfill(running, "list")
    assert run["state"] == "done"


@pytest.mark.timeout(120)
async def test_a_backfill_killed_five_times_ends_as_an_undisturbed_one(broker: Broker, tmp_path: Path) -> None:
    seed = random.SystemRandom().randrange(1 << 32)
    print(f"seed {seed}")  # noqa: T201  to play a failure again
    events = histories(30, 30, seed)
    file = write_file(tmp_path, events)
    async with setup(broker.bootstrap, tmp_path) as running:
        worker = running.start()
        try:
            await killed_and_resumed(running, file, random.Random(seed))
            await running.settled(60)
            assert await sent(running, names.SEGMENT_EVENTS) == len(events), "sent twice, or not at all"
            changes = await read_all(broker.bootstrap, running.topic(names.WORKSPACE_CHANGES))
            found, expected = workspace_of(changes), undisturbed(events, running.deployment.config)
            assert event_counts(found) == event_counts(expected)
            assert found == expected

            before = await traces(running)
            (dry,) = await backfill(running, "--file", file, "--dry-run")
            assert (dry["events"], dry["changes"], dry["dead_letters"]) == (len(events), {}, {})
            assert await traces(running) == before

            (again,) = await backfill(running, "--file", file)
            assert again["progress"]["sent"] == len(events)
            (replayed,) = await backfill(running, "--where", 'type = "group" or type = "identify"')
            assert 0 < replayed["progress"]["sent"] < 2 * len(events)
            assert replayed["progress"]["filtered"] > 0
            await running.settled(60)
            assert await sent(running, names.WORKSPACE_CHANGES) == len(changes), "a replay changed something"
            assert await sent(running, names.MESSAGE_METRICS) == 0
        finally:
            code = await asyncio.to_thread(end, worker)
        assert code == 0
