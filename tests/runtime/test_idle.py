"""What a loop waits is counted, what it works is not."""

import asyncio
import time
from types import SimpleNamespace
from typing import Any, cast

from worker.runtime.idle import Idle

STRETCH_S = 0.1


async def test_waiting_is_counted() -> None:
    idle = Idle.of(asyncio.get_running_loop())
    before = idle.seconds
    await asyncio.sleep(STRETCH_S)
    assert idle.seconds - before > STRETCH_S * 0.5


async def test_work_is_not_counted() -> None:
    idle = Idle.of(asyncio.get_running_loop())
    await asyncio.sleep(0)
    before = idle.seconds
    time.sleep(STRETCH_S)
    await asyncio.sleep(0)
    assert idle.seconds - before < STRETCH_S * 0.5


async def test_a_loop_has_one_count() -> None:
    loop = asyncio.get_running_loop()
    assert Idle.of(loop) is Idle.of(loop)


def test_a_loop_without_a_selector_is_never_idle() -> None:
    idle = Idle.of(cast("Any", SimpleNamespace()))
    assert idle.seconds == 0
