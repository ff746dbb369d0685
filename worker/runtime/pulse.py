"""Whether the process stood still, so that it may have lost its partitions without knowing it."""

import asyncio
import time

from worker.runtime.errors import Suspended
from worker.runtime.tuning import Tuning


class Pulse:
    """Notices that the process stood still: after that, its membership in the group is uncertain.

    Heartbeats cannot tell in time. When a paused process goes on, it may send before it learns that its partitions
    were given away.
    """

    def __init__(self, tuning: Tuning) -> None:
        self._limit_s = tuning.session_timeout_s * 0.75
        self._period_s = tuning.session_timeout_s / 20
        self._last = _now()

    def check(self) -> None:
        """Raises Suspended when the last beat is too long ago."""
        still = _now() - self._last
        if still > self._limit_s:
            raise Suspended(
                f"the process stood still for {still:.1f} s; its partitions may belong to another worker by now"
            )

    async def beat(self) -> None:
        """Beat for ever.

        Raises:
            Suspended: when a beat comes too late.
        """
        self._last = _now()
        while True:
            await asyncio.sleep(self._period_s)
            self.check()
            self._last = _now()


def _now() -> float:
    """Seconds since the machine was started, those included in which it slept."""
    return time.clock_gettime(time.CLOCK_BOOTTIME)
