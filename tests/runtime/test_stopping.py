"""A consumer that is stopped while brokers are away is no cancelled task."""

import asyncio

import pytest

from worker.runtime.stopping import stop_consumer


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

    async def stop(self) -> None:
        fetch = asyncio.create_task(asyncio.sleep(60))
        await asyncio.sleep(0.05)
        fetch.cancel()
        await fetch


async def test_what_a_fetch_lets_out_is_no_cancellation() -> None:
    consumer = Resting()
    await stop_consumer(consumer)
    assert consumer._client.closed


async def test_who_is_cancelled_stays_so() -> None:
    consumer = Resting()
    with pytest.raises(TimeoutError):
        async with asyncio.timeout(0.01):
            await stop_consumer(consumer)
    assert not consumer._client.closed
