"""Readers are left in good order also when their broker is gone."""

import asyncio
import os
import signal
from collections.abc import Callable
from contextlib import AsyncExitStack

import pytest

from tests.support.admin import create_topic
from tests.support.groups import wait_for_members
from worker.local.broker import LocalBroker
from worker.runtime import resend
from worker.runtime.connection import Connection
from worker.runtime.errors import DeliveryFailed, RuntimeFault
from worker.runtime.follower import Follower
from worker.runtime.lag import LagReader
from worker.runtime.outgoing import out
from worker.runtime.publisher import KafkaPublisher
from worker.runtime.reader import TopicReader

pytestmark = [pytest.mark.broker, pytest.mark.timeout(90)]


async def started(own_broker: Callable[[], LocalBroker]) -> tuple[LocalBroker, Connection]:
    """A broker with topic `some`."""
    kafka = await asyncio.to_thread(own_broker)
    await create_topic(kafka.bootstrap, "some", 2)
    return kafka, Connection((kafka.bootstrap,))


async def test_what_still_asks_a_broker_that_is_gone_can_be_left(own_broker: Callable[[], LocalBroker]) -> None:
    kafka, connection = await started(own_broker)
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


async def test_a_farewell_that_a_broker_does_not_answer_hides_no_fault(own_broker: Callable[[], LocalBroker]) -> None:
    kafka, connection = await started(own_broker)
    assert kafka.pid is not None

    async def fail(pid: int) -> None:
        async with TopicReader(connection, "some", group="some", timeout_s=5.0):
            await wait_for_members(kafka.bootstrap, "some", 1, 20.0)
            os.kill(pid, signal.SIGSTOP)
            raise RuntimeFault("why it stops")

    with pytest.raises(RuntimeFault, match="why it stops"):
        await fail(kafka.pid)
    kafka.kill()


async def test_a_writer_whose_records_nobody_takes_can_be_left(
    own_broker: Callable[[], LocalBroker], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(resend, "_DELIVERY_S", 2.0)
    kafka, connection = await started(own_broker)
    publisher = KafkaPublisher(connection.producer(18.0), 2.0)
    await publisher.start()
    outputs = {("some", 0): [out(b"k", b"v")]}
    await publisher.deliver(outputs)

    async def resent() -> None:
        async with resend.resender(connection) as writer:
            copies = [resend.Copy(b"k", b"v", [])]
            await writer.send("some", 0, copies)
            kafka.kill()
            await writer.send("some", 0, copies)

    async with asyncio.timeout(30):
        with pytest.raises(DeliveryFailed, match="some/0 was not acknowledged"):
            await resent()
        with pytest.raises(DeliveryFailed, match="outputs to some were not acknowledged"):
            await publisher.deliver(outputs)
        await publisher.stop()
