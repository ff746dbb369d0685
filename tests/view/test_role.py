"""The role on a real broker."""

import asyncio
import random
import sqlite3
import sys
from pathlib import Path
from uuid import uuid4

import pytest
from aiokafka import AIOKafkaProducer, TopicPartition
from aiokafka.admin import RecordsToDelete
from structlog.testing import capture_logs

from tests.support.admin import administering, create_topic
from tests.support.broker import Broker
from tests.view.random_changes import RandomChanges
from tests.view.records import Topic, created
from tests.view.shown import view_shown
from worker.partitioning import partition_of
from worker.runtime.connection import Connection
from worker.view.errors import ViewFault
from worker.view.role import Written, run_view

pytestmark = pytest.mark.broker

PARTITIONS = 3


async def create(bootstrap: str, partitions: int = PARTITIONS) -> str:
    name = f"test-{uuid4().hex}"
    await create_topic(bootstrap, name, partitions)
    return name


async def publish(bootstrap: str, name: str, topic: Topic) -> None:
    async with AIOKafkaProducer(bootstrap_servers=bootstrap, linger_ms=20) as producer:
        for number, log in topic.partitions.items():
            for record in log:
                await producer.send(name, record.value, record.key, partition=number, headers=list(record.headers))


async def read_all(bootstrap: str, name: str, path: Path, topic: Topic) -> list[Written]:
    """Run the role until it has everything."""
    ends = {number: len(log) for number, log in topic.partitions.items()}
    stop, batches = asyncio.Event(), list[Written]()

    def written(batch: Written) -> None:
        batches.append(batch)
        if dict(batch.positions) == ends:
            stop.set()

    async with asyncio.timeout(40):
        await run_view(Connection((bootstrap,)), name, path, stop, written)
    return batches


def log_of(path: Path) -> dict[str, list[str]]:
    """Every subject's changes, positions and marks."""
    found: dict[str, list[str]] = {}
    with sqlite3.connect(path) as database:
        for subject, change in database.execute("SELECT subject, change FROM activities ORDER BY change"):
            found.setdefault(subject, []).append(change)
        for table in ("positions", "marks"):
            found[f"table {table}"] = [str(row) for row in database.execute(f"SELECT * FROM {table} ORDER BY 1, 2")]
    database.close()
    return found


def many_changes(seeds: int) -> Topic:
    topic, chance = Topic(), random.Random(7)
    for seed in range(seeds):
        for subject, change in RandomChanges(seed).interleaved(seed):
            number = partition_of(subject, PARTITIONS)
            topic.add(subject, change, number)
            if chance.random() < 0.02:
                for record in topic.partitions[number][-5:]:
                    topic.again(record)
    return topic


async def test_killed_again_and_again_it_is_like_an_undisturbed_one(broker: Broker, tmp_path: Path) -> None:
    chance, topic = random.Random(3), many_changes(40)
    name = await create(broker.bootstrap)
    await publish(broker.bootstrap, name, topic)
    undisturbed, killed = tmp_path / "undisturbed.sqlite", tmp_path / "killed.sqlite"
    batches = await read_all(broker.bootstrap, name, undisturbed, topic)
    repeats = sum(batch.repeats for batch in batches)
    assert repeats > 50
    assert sum(batch.changes for batch in batches) == sum(map(len, topic.partitions.values())) - repeats

    for _ in range(4):
        process = await asyncio.create_subprocess_exec(
            sys.executable, "-m", "tests.view.view_process", broker.bootstrap, name, str(killed),
            stdout=asyncio.subprocess.PIPE,
        )  # fmt: skip
        assert process.stdout is not None
        try:
            async with asyncio.timeout(30):
                for _ in range(chance.randrange(2, 7)):  # the first line tells where the file stands
                    assert await process.stdout.readline()
            await asyncio.sleep(chance.random() * 0.02)  # somewhere in the next transactions
        finally:
            process.kill()
            await process.wait()
    rest = await read_all(broker.bootstrap, name, killed, topic)
    assert sum(batch.changes for batch in rest) > 0  # the last kill was in mid-stream too
    assert await view_shown(killed) == await view_shown(undisturbed)
    assert log_of(killed) == log_of(undisturbed)


async def test_stops_when_told_and_goes_on_where_it_was(broker: Broker, tmp_path: Path) -> None:
    topic, path = Topic(), tmp_path / "deep" / "view.sqlite"
    name = await create(broker.bootstrap)
    topic.add("cio:a", created("a", "u1"), 1)
    await publish(broker.bootstrap, name, topic)
    first = await read_all(broker.bootstrap, name, path, topic)
    assert [(batch.changes, batch.lag) for batch in first] == [(0, 1), (1, 0)]
    more = Topic(_sent=1)
    more.add("cio:b", created("b", "u2"), 1)
    await publish(broker.bootstrap, name, more)
    topic.partitions[1] += more.partitions[1]
    batches = await read_all(broker.bootstrap, name, path, topic)
    assert [(one.changes, dict(one.positions), one.lag) for one in batches] == [(0, {1: 1}, 1), (1, {1: 2}, 0)]


async def test_a_new_one_says_which_changes_its_topic_has_no_more(broker: Broker, tmp_path: Path) -> None:
    topic, path = Topic(), tmp_path / "view.sqlite"
    name = await create(broker.bootstrap)
    for cio_id in ("a", "b"):
        topic.add(f"cio:{cio_id}", created(cio_id, cio_id), 1)
    await publish(broker.bootstrap, name, topic)
    async with administering(broker.bootstrap) as admin:
        await admin.delete_records({TopicPartition(name, 1): RecordsToDelete(1)})
    with capture_logs() as logs:
        await read_all(broker.bootstrap, name, path, topic)
        await read_all(broker.bootstrap, name, path, topic)
    told = [(one["topic"], one["partition"], one["last"]) for one in logs if one["event"] == "records_missing"]
    assert told == [(name, 1, 0)], "and once"


async def test_what_no_worker_wrote_ends_it_before_its_place_is_kept(broker: Broker, tmp_path: Path) -> None:
    path, name = tmp_path / "view.sqlite", await create(broker.bootstrap)
    async with AIOKafkaProducer(bootstrap_servers=broker.bootstrap) as producer:
        await producer.send_and_wait(name, b"{}", b"cio:a", partition=0)
    for _ in range(2):
        with pytest.raises(ViewFault, match="has no origin"):
            async with asyncio.timeout(20):
                await run_view(Connection((broker.bootstrap,)), name, path, asyncio.Event())


@pytest.mark.parametrize("partitions", [PARTITIONS, 1])
async def test_a_topic_made_anew_ends_it_also_where_nothing_was_written_since(
    broker: Broker, tmp_path: Path, partitions: int
) -> None:
    topic, path = Topic(), tmp_path / "view.sqlite"
    name = await create(broker.bootstrap)
    topic.add("cio:a", created("a", "u1"), 1)
    await publish(broker.bootstrap, name, topic)
    await read_all(broker.bootstrap, name, path, topic)
    anew = await create(broker.bootstrap, partitions)
    with sqlite3.connect(path) as database:
        database.execute("UPDATE source SET topic = ?", (anew,))
    database.close()
    with pytest.raises(ViewFault, match=r"partition 1 ends before offset 1.*made anew.*Delete the view's file"):
        async with asyncio.timeout(20):
            await run_view(Connection((broker.bootstrap,)), anew, path, asyncio.Event())
