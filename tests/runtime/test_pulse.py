"""A process that stood still notices it, and one that works does not."""

import asyncio
from collections.abc import Callable, Coroutine
from typing import Any

import pytest

from tests.support.virtual_time import stand_still
from worker.runtime.errors import Suspended
from worker.runtime.pulse import Pulse
from worker.runtime.tuning import Tuning

Virtually = Callable[[Coroutine[Any, Any, None]], None]

TUNING = Tuning()


def test_a_process_that_works_is_never_taken_for_one_that_stood_still(virtually: Virtually) -> None:
    async def main() -> None:
        pulse = Pulse(TUNING)
        beating = asyncio.create_task(pulse.beat())
        for _ in range(200):
            stand_still(TUNING.session_timeout_s / 2)  # long decisions
            pulse.check()
            await asyncio.sleep(TUNING.session_timeout_s / 10)
        assert not beating.done()
        beating.cancel()

    virtually(main())


def test_after_a_standstill_nothing_may_be_written_and_the_beat_says_so(virtually: Virtually) -> None:
    async def main() -> None:
        pulse = Pulse(TUNING)
        beating = asyncio.create_task(pulse.beat())
        await asyncio.sleep(TUNING.session_timeout_s)
        stand_still(0.8 * TUNING.session_timeout_s)
        with pytest.raises(Suspended):
            pulse.check()
        with pytest.raises(Suspended):
            await beating

    virtually(main())
