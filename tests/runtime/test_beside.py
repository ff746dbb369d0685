"""What a role waits for, and for how long."""

import asyncio

import pytest

from worker.runtime.beside import done_before


async def test_work_that_is_done_is_done() -> None:
    assert await done_before(asyncio.Event(), asyncio.sleep(0.01))


async def test_what_it_raises_is_raised() -> None:
    async def fails() -> None:
        raise ValueError("as planned")

    with pytest.raises(ValueError, match="as planned"):
        await done_before(asyncio.Event(), fails())


async def test_it_is_cancelled_when_the_event_is_set() -> None:
    event, cancelled = asyncio.Event(), asyncio.Event()

    async def waits() -> None:
        event.set()
        try:
            await asyncio.sleep(60)
        finally:
            cancelled.set()

    async with asyncio.timeout(5):
        assert not await done_before(event, waits())
    assert cancelled.is_set()


async def test_it_is_cancelled_with_its_caller() -> None:
    begun, cancelled = asyncio.Event(), asyncio.Event()

    async def waits() -> None:
        begun.set()
        try:
            await asyncio.sleep(60)
        finally:
            cancelled.set()

    task = asyncio.create_task(done_before(asyncio.Event(), waits()))
    await begun.wait()
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    assert cancelled.is_set()
