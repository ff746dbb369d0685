"""Letters that Kafka would not take back: a replay tells of them, and later replays are not held up."""

import asyncio
import time
import tracemalloc
from pathlib import Path

import msgspec
import pytest
from typer.testing import CliRunner

from tests.pipeline.deployment import Setup, setup
from tests.pipeline.outcome import read_all
from tests.support.broker import Broker
from worker.cli.dlq import app
from worker.deadletters.marks import Mark, write_mark
from worker.jsontypes import JsonObject
from worker.runtime.resend import Copy, resender
from worker.topics import names

pytestmark = [pytest.mark.broker, pytest.mark.timeout(150)]

EVENT = b'{"type":"identify","userId":"u","messageId":"m"}'


async def put(setting: Setup, origin: str, first_seen: str, own: bytes = b"") -> None:
    place = f"{setting.topic(names.SEGMENT_EVENTS)}/{origin}"
    headers = {
        "reason": "invalid_fields", "detail": "", "dead_letter_origin": place,
        "first_seen": first_seen, "worker_version": "0",
    }  # fmt: skip
    copy = Copy(b"k", EVENT, [("own", own), *((name, value.encode()) for name, value in headers.items())])
    async with resender(setting.deployment.connection) as sender:
        await sender.send(setting.topic(names.dead_letters_of(names.SEGMENT_EVENTS)), 0, [copy])


async def replay(setting: Setup, *options: str, code: int = 0) -> JsonObject:
    arguments = ["replay", *options, "--json", "--config", str(setting.config)]
    done = await asyncio.to_thread(CliRunner().invoke, app, arguments)
    assert done.exit_code == code, done.output
    return msgspec.json.decode(done.stdout, type=JsonObject)


async def test_a_letter_from_a_partition_that_is_not_there_any_more(broker: Broker, tmp_path: Path) -> None:
    now = str(int(time.time() * 1000))
    async with setup(broker.bootstrap, tmp_path, partitions=1) as running:
        await put(running, "7/1", now)
        stopped = await replay(running, code=1)
        assert "has no partition 7" in str(stopped.get("stopped_at"))
        await put(running, "0/1", now)
        assert (await replay(running, "--on-error", "keep"))["replayed"] == 1


@pytest.mark.parametrize("ahead_s", [30, 86_400, 10**15 // 1000])
async def test_a_letter_from_the_future(broker: Broker, tmp_path: Path, ahead_s: int) -> None:
    """Kafka takes no record that is more than an hour ahead (message.timestamp.after.max.ms)."""
    first_seen = str(int(time.time() + ahead_s) * 1000)
    async with setup(broker.bootstrap, tmp_path, partitions=1) as running:
        await put(running, "0/1", first_seen)
        assert (await replay(running))["replayed"] == 1
        (record,) = await read_all(broker.bootstrap, running.topic(names.SEGMENT_EVENTS))
        assert dict(record.headers)["replay_arrived"] == first_seen.encode()
        assert record.timestamp <= time.time() * 1000


async def test_an_interrupted_replay_to_a_partition_that_is_not_there_any_more(broker: Broker, tmp_path: Path) -> None:
    now = str(int(time.time() * 1000))
    async with setup(broker.bootstrap, tmp_path, partitions=1) as running:
        for origin in ("7/1", "0/1", "0/2"):
            await put(running, origin, now)
        letters = running.topic(names.dead_letters_of(names.SEGMENT_EVENTS))
        value, headers = write_mark(Mark("replaying", (0, 1)))
        async with resender(running.deployment.connection) as sender:  # it ended here
            await sender.send(letters, 0, [Copy(None, value, headers)])

        stopped = await replay(running, code=1)
        assert (stopped["finished"], stopped["replayed"]) == (1, 0)
        assert "has no partition 7" in str(stopped.get("stopped_at"))
        done = await replay(running, "--on-error", "keep")
        assert (done["finished"], done["replayed"], done["kept"]) == (0, 1, 1)
        assert len(await read_all(broker.bootstrap, running.topic(names.SEGMENT_EVENTS))) == 2


async def test_a_letter_that_its_topic_would_not_take_with_one_header_more(broker: Broker, tmp_path: Path) -> None:
    now = str(int(time.time() * 1000))
    async with setup(broker.bootstrap, tmp_path, partitions=1) as running:
        for size in (1024 * 1024 - 160, 1024 * 1024 - 1000):
            await put(running, f"0/{size}", now, b"x" * size)
        stopped = await replay(running, code=1)
        assert "with the headers that say what it repeats" in str(stopped.get("stopped_at"))
        done = await replay(running, "--on-error", "keep")
        assert (done["finished"], done["replayed"], done["kept"]) == (0, 1, 1)


async def test_letters_of_one_record_are_held_once_however_many_there_are(broker: Broker, tmp_path: Path) -> None:
    """A worker that is killed before its ack, again and again, writes the same letter each time."""
    now, size, count = str(int(time.time() * 1000)), 500_000, 60
    async with setup(broker.bootstrap, tmp_path, partitions=1) as running:
        for _ in range(count):
            await put(running, "0/1", now, b"x" * size)
        letters = running.topic(names.dead_letters_of(names.SEGMENT_EVENTS))
        value, headers = write_mark(Mark("replaying", tuple(range(count))))
        async with resender(running.deployment.connection) as sender:
            await sender.send(letters, 0, [Copy(None, value, headers)])
        tracemalloc.start()
        try:
            done = await replay(running)
            _, peak = tracemalloc.get_traced_memory()
        finally:
            tracemalloc.stop()
        assert (done["finished"], done["replayed"]) == (1, 0)
        assert peak < count * size / 2
