"""The recovery leaves no error behind that nobody is told of (the fixture `swallowed` looks for them)."""

import asyncio
from types import SimpleNamespace
from typing import Any, cast

import pytest
from faust.tables.recovery import ServiceStopped

from worker.runtime.recovery import BoundedRecovery


def test_a_step_that_ends_while_its_worker_stops_is_heard() -> None:
    async def scenario() -> None:
        app = SimpleNamespace(conf=SimpleNamespace(stream_recovery_delay=0.0))
        recovery = BoundedRecovery(cast("Any", app), cast("Any", None))
        stopped = asyncio.Event()

        async def step() -> None:
            await stopped.wait()
            raise ServiceStopped

        waiting = asyncio.create_task(recovery._wait(step()))
        while not [each for each in asyncio.all_tasks() if each.get_coro().__name__ == "step"]:  # type: ignore[union-attr]
            await asyncio.sleep(0)
        await asyncio.sleep(0)
        stopped.set()
        await asyncio.sleep(0)  # the step has ended, and who waits for it has yet to wake up
        waiting.cancel()
        with pytest.raises(asyncio.CancelledError):
            await waiting

    asyncio.run(scenario())
