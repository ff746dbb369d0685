"""Stopping clients, also while the brokers are away."""

import asyncio
from collections.abc import Awaitable, Callable

import structlog
from aiokafka import AIOKafkaConsumer

log = structlog.get_logger(__name__)


async def stop_within(limit_s: float, stop: Callable[[], Awaitable[None]]) -> None:
    """Stop a client, or let it be after `limit_s` seconds: why it is stopped may be what matters, and is not hidden."""
    try:
        async with asyncio.timeout(limit_s):
            await stop()
    except TimeoutError:
        log.warning("stop_took_too_long", limit_s=limit_s)


async def stop_consumer(consumer: AIOKafkaConsumer) -> None:
    """Stop `consumer`; the caller has a time limit.

    aiokafka 0.14 cancels its fetches and waits for them. One that rests before it tries again, since a broker is away,
    lets the CancelledError out of `stop()`, as if the caller had been cancelled, and the connections stay open; they
    do, too, where the caller was.
    """
    try:
        await consumer.stop()
    except asyncio.CancelledError:
        await _hang_up(consumer)
        task = asyncio.current_task()
        if task is None or task.cancelling():
            raise


async def _hang_up(consumer: AIOKafkaConsumer) -> None:
    """Do what its `stop()` did not come to."""
    fetcher = consumer._fetcher  # noqa: SLF001  here and below: there is no public way
    if fetcher is not None:
        fetches = [fetcher._fetch_task, *fetcher._pending_tasks]  # noqa: SLF001
        for fetch in fetches:
            fetch.cancel()
        await asyncio.gather(*fetches, return_exceptions=True)
    await consumer._client.close()  # noqa: SLF001
