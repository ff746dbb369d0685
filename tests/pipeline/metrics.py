"""Message metrics as the agent publishes them, for tests of the relay; and what must be true of their delivery."""

import asyncio
import sqlite3
from collections.abc import AsyncIterator, Iterable, Sequence
from contextlib import asynccontextmanager
from pathlib import Path
from random import Random

import orjson
from aiokafka import AIOKafkaProducer

from tests.pipeline.deployment import Setup
from worker.jsontypes import JsonObject
from worker.local.segment_api import Arrival
from worker.partitioning import partition_of
from worker.runtime.lag import LagReader
from worker.topics import names


def metrics(people: int, each: int, seed: int) -> list[JsonObject]:
    """Track events of `people` persons, each one's numbered from 0 and in order, all of them mixed."""
    rng = Random(seed)
    left = {f"person-{number}": 0 for number in range(people)}
    made: list[JsonObject] = []
    while left:
        person = rng.choice(list(left))
        made.append(
            {
                "type": "track",
                "event": "Email Opened",
                "userId": person,
                "messageId": f"cio-webhook-{person}-{left[person]:05}",
                "timestamp": "2026-11-01T00:00:00.000Z",
                "properties": {"number": left[person], "userId": person},
            }
        )
        left[person] += 1
        if left[person] == each:
            del left[person]
    return made


@asynccontextmanager
async def publishing(running: Setup) -> AsyncIterator[AIOKafkaProducer]:
    """A producer for `publish`."""
    producer = AIOKafkaProducer(bootstrap_servers=running.bootstrap, acks="all")
    await producer.start()
    try:
        yield producer
    finally:
        await producer.stop()


async def publish(running: Setup, producer: AIOKafkaProducer, events: Iterable[JsonObject]) -> None:
    """Write events to the relay's topic, keyed by person."""
    contract = running.deployment.contracts[names.MESSAGE_METRICS]
    sent = []
    for event in events:
        key = str(event["userId"])
        number = partition_of(key, contract.partitions)
        sent.append(await producer.send(contract.topic, orjson.dumps(event), key=key.encode(), partition=number))
    await asyncio.gather(*sent)


async def delivered(running: Setup, timeout_s: float) -> None:
    """Return when nothing waits for the relay; raise TimeoutError when that takes too long."""
    async with asyncio.timeout(timeout_s), LagReader(running.deployment.connection) as reader:
        while True:
            (row,) = await reader.group(running.deployment.relay_group, [running.topic(names.MESSAGE_METRICS)])
            if row.end and not row.lag:
                return
            await asyncio.sleep(0.2)


def acknowledged_at(ledgers: Sequence[Path]) -> dict[str, float]:
    """When each messageId was acknowledged for the first time, unix seconds, as the ledgers have it."""
    found: dict[str, float] = {}
    for path in ledgers:
        with sqlite3.connect(path) as database:
            for message_id, at in database.execute("SELECT message_id, at FROM delivered"):
                found[message_id] = min(at, found.get(message_id, at))
        database.close()
    return found


def late_repeats(arrivals: Iterable[Arrival], acknowledged: dict[str, float]) -> list[str]:
    """What arrived in a request that was sent although the message had been acknowledged before."""
    return [one.message_id for one in arrivals if one.at > acknowledged.get(one.message_id, float("inf"))]


def first_arrivals(arrivals: Iterable[Arrival]) -> dict[str, list[int]]:
    """By person: the numbers of the events in the order in which they arrived first."""
    seen: set[str] = set()
    found: dict[str, list[int]] = {}
    for one in arrivals:
        if one.message_id not in seen:
            seen.add(one.message_id)
            properties = one.event["properties"]
            assert isinstance(properties, dict)
            number = properties["number"]
            assert isinstance(number, int)
            found.setdefault(str(one.event["userId"]), []).append(number)
    return found
