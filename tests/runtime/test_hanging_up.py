"""What is cancelled while it connects leaves no connection."""

import asyncio
import contextlib
from typing import Any

import pytest
from aiokafka.client import AIOKafkaClient
from aiokafka.conn import AIOKafkaConnection
from aiokafka.protocol.metadata import MetadataRequest

from tests.support.broker import Broker
from worker.runtime.connection import Connection
from worker.runtime.stopping import stop_consumer


@pytest.mark.broker
async def test_a_client_that_is_cancelled_while_it_starts_hangs_up(
    broker: Broker, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked: list[AIOKafkaConnection] = []
    send = AIOKafkaConnection.send

    def silent_about_metadata(self: AIOKafkaConnection, request: Any, expect_response: bool = True) -> Any:
        if not isinstance(request, MetadataRequest):
            return send(self, request, expect_response)
        asked.append(self)
        return asyncio.get_running_loop().create_future()

    monkeypatch.setattr(AIOKafkaConnection, "send", silent_about_metadata)
    consumer = Connection((broker.bootstrap,)).consumer()
    starting = asyncio.create_task(consumer.start())
    while not asked:
        await asyncio.sleep(0.01)
    assert asked[0].connected()
    starting.cancel()
    with pytest.raises(asyncio.CancelledError):
        await starting
    assert not asked[0].connected()
    await stop_consumer(consumer)


async def test_a_task_that_forgets_its_cancellation_does_not_hold_up_the_end() -> None:
    """As a task does in which an answer comes in the moment in which it is cancelled (Python 3.11)."""

    async def keep_metadata() -> None:
        with contextlib.suppress(asyncio.CancelledError):
            await asyncio.sleep(60)
        await asyncio.sleep(60)

    options = Connection(("127.0.0.1:9",)).client_options()
    client = AIOKafkaClient(**options)
    client._sync_task = asyncio.create_task(keep_metadata())
    await asyncio.sleep(0)
    clock = asyncio.get_running_loop()
    began = clock.time()
    async with asyncio.timeout(3):
        await client.close()
    assert clock.time() - began < 2
