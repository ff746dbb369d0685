"""Readers whose fetching ends by itself, as where a process gets no memory: they say so, and do not wait for ever."""

import asyncio
from collections.abc import Collection
from uuid import uuid4

import pytest
from aiokafka.consumer import fetcher

from tests.support.admin import create_topic
from tests.support.broker import Broker
from worker.runtime.connection import Connection
from worker.runtime.errors import RuntimeFault
from worker.runtime.group_reader import GroupReader
from worker.runtime.reader import TopicReader
from worker.runtime.tuning import Tuning

pytestmark = [pytest.mark.broker, pytest.mark.timeout(60)]


@pytest.fixture
def out_of_memory(monkeypatch: pytest.MonkeyPatch) -> asyncio.Event:
    """Once it is set no answer to a fetch can be read."""
    failing = asyncio.Event()
    fetch = fetcher.Fetcher._proc_fetch_request

    async def fetch_or_fail(self: object, *given: object) -> bool:
        if failing.is_set():
            raise MemoryError
        fetched: bool = await fetch(self, *given)
        return fetched

    monkeypatch.setattr(fetcher.Fetcher, "_proc_fetch_request", fetch_or_fail)
    return failing


async def test_all_of_a_topic(broker: Broker, out_of_memory: asyncio.Event) -> None:
    topic = f"some-{uuid4().hex}"
    await create_topic(broker.bootstrap, topic, 2)
    async with asyncio.timeout(20), TopicReader(Connection((broker.bootstrap,)), topic, positions={}) as reader:
        out_of_memory.set()
        with pytest.raises(RuntimeFault, match=rf"{topic} is not read any more: MemoryError"):
            await anext(aiter(reader.batches(asyncio.Event())))


class _Nobody:
    async def assigned(self, numbers: Collection[int]) -> None:
        pass

    async def revoked(self, numbers: Collection[int]) -> None:
        pass


async def test_a_share_of_a_topic(broker: Broker, out_of_memory: asyncio.Event) -> None:
    topic = f"some-{uuid4().hex}"
    await create_topic(broker.bootstrap, topic, 2)
    connection = Connection((broker.bootstrap,))
    async with asyncio.timeout(20), GroupReader(connection, topic, topic, Tuning(), _Nobody()) as reader:
        out_of_memory.set()
        with pytest.raises(RuntimeFault, match=rf"{topic} is not read any more: MemoryError"):
            await _read_on(reader)


async def _read_on(reader: GroupReader) -> None:
    while True:
        await reader.fetch([], 0.2)
