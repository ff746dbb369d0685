"""What a role runs beside its main work, and what it waits for."""

import asyncio
import contextlib
from collections.abc import AsyncIterator, Awaitable, Callable, Coroutine
from typing import Any, Final

_CANCELLED_S: Final = 5.0
"""So long a cancelled task is waited for."""


@contextlib.asynccontextmanager
async def beside(stop_for: Callable[[Exception], None], *tasks: Callable[[], Awaitable[None]]) -> AsyncIterator[None]:
    """Run `tasks` beside the body, and end them with it; `stop_for` is told what made one fail, and stops the role."""

    async def guarded(task: Callable[[], Awaitable[None]]) -> None:
        try:
            await task()
        except Exception as problem:  # noqa: BLE001  whatever it is, it stops the role
            stop_for(problem)

    running = [asyncio.create_task(guarded(task)) for task in tasks]
    try:
        yield
    finally:
        for each in running:
            each.cancel()
        await asyncio.gather(*running, return_exceptions=True)


async def done_before(event: asyncio.Event, work: Coroutine[Any, Any, object]) -> bool:
    """Whether `work` was done before `event` was set; if not, it is cancelled. What it raises is raised."""
    working, waiting = asyncio.create_task(work), asyncio.create_task(event.wait())
    try:
        await asyncio.wait([working, waiting], return_when=asyncio.FIRST_COMPLETED)
        if working.done():
            await working
            return True
        return False
    finally:
        working.cancel()
        waiting.cancel()
        done, _ = await asyncio.wait([working, waiting], timeout=_CANCELLED_S)
        await asyncio.gather(*done, return_exceptions=True)  # what it raised when it was cancelled


async def first_of(*events: asyncio.Event) -> None:
    """Return when one of `events` is set."""
    waiting = [asyncio.create_task(event.wait()) for event in events]
    try:
        await asyncio.wait(waiting, return_when=asyncio.FIRST_COMPLETED)
    finally:
        for task in waiting:
            task.cancel()
