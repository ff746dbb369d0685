"""A consumer that is stopped while brokers are away is no cancelled task."""

import asyncio

import pytest

from worker.runtime.stopping import stop_consumer


class Fetcher:
    """Of `Resting`."""

    def __init__(self) -> None:
        self._fetch_task = asyncio.create_task(asyncio.sleep(0))
        self._pending_tasks: list[asyncio.Task[None]] = []


class Client:
    """Of `Resting`."""

    def __init__(self) -> None:
        self.closed = False

    async def close(self) -> None:
        self.closed = True


class Resting:
    """Stops as aiokafka's consumer does whose fetch rests before it tries again."""

    def __init__(self) -> None:
        self._client = Client()
        self._coordinator = None
        self._fetcher = Fetcher()

    async def stop(self) -> None:
        self._fetcher._pending_tasks = [asyncio.create_task(asyncio.sleep(60)) for _ in range(2)]
        await asyncio.sleep(0.05)
        for fetch in self._fetcher._pending_tasks:
            fetch.cancel()
            await fetch


async def test_what_a_fetch_lets_out_is_no_cancellation() -> None:
    consumer = Resting()
    await stop_consumer(consumer)
    assert consumer._client.closed
    assert all(fetch.cancelled() for fetch in consumer._fetcher._pending_tasks)


async def test_who_is_cancelled_stays_so() -> None:
    consumer = Resting()
    with pytest.raises(TimeoutError):
        async with asyncio.timeout(0.01):
            await stop_consumer(consumer)
    assert consumer._client.closed
