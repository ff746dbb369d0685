"""Readers are left in good order also when their broker is gone."""

import asyncio
from collections.abc import Callable
from contextlib import AsyncExitStack

import pytest
from aiokafka.admin import AIOKafkaAdminClient, NewTopic

from worker.local.broker import LocalBroker
from worker.runtime.connection import Connection
from worker.runtime.follower import Follower
from worker.runtime.lag import LagReader
from worker.runtime.reader import TopicReader


@pytest.mark.broker
@pytest.mark.timeout(90)
async def test_what_still_asks_a_broker_that_is_gone_can_be_left(own_broker: Callable[[], LocalBroker]) -> None:
    kafka = await asyncio.to_thread(own_broker)
    connection = Connection((kafka.bootstrap,))
    admin = AIOKafkaAdminClient(bootstrap_servers=kafka.bootstrap)
    await admin.start()
    await admin.create_topics([NewTopic("some", 2, 1)])
    await admin.close()
    async with AsyncExitStack() as readers:
        reader = await readers.enter_async_context(TopicReader(connection, "some", positions={}, timeout_s=10.0))
        await readers.enter_async_context(TopicReader(connection, "some", group="some", timeout_s=10.0))
        await readers.enter_async_context(Follower(connection, ["some"], timeout_s=10.0))
        await readers.enter_async_context(LagReader(connection))
        stop = asyncio.Event()
        reading = asyncio.create_task(anext(aiter(reader.batches(stop)), None))
        await asyncio.sleep(1.0)
        await asyncio.to_thread(kafka.stop)
        await asyncio.sleep(4.0)
        stop.set()
        assert await reading is None
