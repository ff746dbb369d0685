"""Stopping clients, also while the brokers are away."""

import asyncio
import contextlib
from collections.abc import Awaitable, Callable, Iterable

import structlog
from aiokafka import AIOKafkaConsumer, AIOKafkaProducer
from aiokafka.consumer.group_coordinator import GroupCoordinator
from aiokafka.errors import KafkaError
from aiokafka.protocol.group import LeaveGroupRequest

log = structlog.get_logger(__name__)

_COORDINATION = ("_coordination_task", "_heartbeat_task", "_commit_refresh_task", "_reset_committed_task")
"""The tasks of aiokafka's two kinds of coordinators."""

_LOOK_AGAIN_S = 0.1
_LEAVE_S = 1.0


async def stop_within(limit_s: float, stop: Callable[[], Awaitable[None]]) -> bool:
    """Stop a client, or let it be after `limit_s` seconds: why it is stopped may be what matters, and is not hidden.

    Whether it did stop.
    """
    try:
        async with asyncio.timeout(limit_s):
            await stop()
    except TimeoutError:
        log.warning("stop_took_too_long", limit_s=limit_s)
        return False
    return True


async def stop_producer(producer: AIOKafkaProducer, limit_s: float) -> None:
    """Stop `producer`, after `limit_s` seconds also where nobody takes its records: aiokafka would wait for ever.

    Where the caller is cancelled, it is stopped at once.
    """
    stopped = False
    try:
        stopped = await stop_within(limit_s, producer.stop)
    finally:
        if not stopped:
            await _end([producer._sender.sender_task])  # noqa: SLF001  there is no public way
            await producer.client.close()


async def stop_consumer(consumer: AIOKafkaConsumer) -> None:
    """Stop `consumer`; the caller has a time limit.

    aiokafka 0.14 cancels its fetches and waits for them. One that rests before it tries again, since a broker is away,
    lets the CancelledError out of `stop()`, as if the caller had been cancelled, and the connections stay open; they
    do, too, where the caller was, and where its fetches or its coordination had ended by an error, which comes out of
    it: whoever reads has been told.
    """
    joining = asyncio.create_task(_give_up_joining(consumer._coordinator))  # noqa: SLF001  there is no public way
    try:
        await consumer.stop()
    except KafkaError:
        await _hang_up(consumer)
    except asyncio.CancelledError:
        await _hang_up(consumer)
        task = asyncio.current_task()
        if task is None or task.cancelling():
            raise
    finally:
        await _end([joining])


async def _give_up_joining(coordinator: object) -> None:
    """While its consumer stops, wait no longer for the other members of the group in a rebalance: leave it.

    aiokafka 0.14 waits until all of them have joined, which lasts as long as one has work to finish, or was killed. The
    broker answers the question to join first on its connection, so the farewell takes another one. A static member
    does not leave: were it the group's leader, the others would wait for it until its session ends.
    """
    if not isinstance(coordinator, GroupCoordinator) or coordinator._group_instance_id is not None:  # noqa: SLF001
        return
    task = coordinator._coordination_task  # noqa: SLF001  here and below: there is no public way
    while not coordinator._performed_join_prepare:  # noqa: SLF001
        if task.done():
            return
        await asyncio.wait([task], timeout=_LOOK_AGAIN_S)
    if coordinator.coordinator_id is not None:
        request = LeaveGroupRequest(coordinator.group_id, coordinator.member_id)
        with contextlib.suppress(KafkaError, TimeoutError):
            async with asyncio.timeout(_LEAVE_S):
                await coordinator._client.send(coordinator.coordinator_id, request)  # noqa: SLF001
    task.cancel()  # which makes `stop()` end as if it were cancelled


async def _hang_up(consumer: AIOKafkaConsumer) -> None:
    """Do what its `stop()` did not come to."""
    coordinator, fetcher = consumer._coordinator, consumer._fetcher  # noqa: SLF001  here and below: there is no public way
    await _end(getattr(coordinator, name, None) for name in _COORDINATION)
    if fetcher is not None:
        await _end([fetcher._fetch_task, *fetcher._pending_tasks])  # noqa: SLF001
    await consumer._client.close()  # noqa: SLF001


async def _end(tasks: Iterable[asyncio.Task[None] | None]) -> None:
    running = [task for task in tasks if task is not None]
    for task in running:
        task.cancel()
    await asyncio.gather(*running, return_exceptions=True)
