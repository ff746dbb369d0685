"""Stopping a consumer, also while the brokers are away."""

import asyncio

from aiokafka import AIOKafkaConsumer


async def stop_consumer(consumer: AIOKafkaConsumer) -> None:
    """Stop `consumer`; the caller has a time limit.

    aiokafka 0.14 cancels its fetches and waits for them. One that rests before it tries again, since a broker is away,
    lets the CancelledError out of `stop()`, as if the caller had been cancelled, and the connections stay open.
    """
    try:
        await consumer.stop()
    except asyncio.CancelledError:
        task = asyncio.current_task()
        if task is None or task.cancelling():
            raise
        fetches = list(consumer._fetcher._pending_tasks)  # noqa: SLF001  here and below: what stop() did not come to
        for fetch in fetches:
            fetch.cancel()
        await asyncio.gather(*fetches, return_exceptions=True)
        await consumer._client.close()  # noqa: SLF001
