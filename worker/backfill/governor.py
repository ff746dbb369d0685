"""Holds a backfill to its pace: looks at the system now and then, and says how much may be sent."""

import asyncio
import time

import msgspec

from worker.backfill.pace import Observation, Pace
from worker.runtime.lag import LagReader
from worker.topics import names
from worker.wiring import Deployment

LOOK_S = 0.25
"""Between two looks."""

_INPUTS = {
    names.SEGMENT_EVENTS: (names.SEGMENT_EVENTS, names.PEOPLE, names.ANONYMOUS, names.OBJECTS, names.DEVICES),
    names.REPORTING_EVENTS: (names.REPORTING_EVENTS,),
}
"""Where records wait for the workers, by the contract of the inbound topic, which is the first."""


class Governor:
    """Of one backfill into the inbound topic of `contract`."""

    def __init__(self, lag: LagReader, deployment: Deployment, contract: str, limit: float | None) -> None:
        self.pace = Pace(limit)
        self.waiting = 0
        """Records that waited for the workers at the last look."""
        self._lag = lag
        self._group = deployment.group
        self._topics = [deployment.topic(name) for name in _INPUTS[contract]]
        self._looked = 0.0
        self._end: int | None = None
        self._sent = 0

    async def permit(self, wanted: int) -> int:
        """Wait until something may be sent; how many records, `wanted` at most. They count as sent from now on."""
        while True:
            since = time.monotonic() - self._looked
            if since >= LOOK_S:
                await self._look()
            elif self.pace.budget <= 0:
                await asyncio.sleep(LOOK_S - since)
                continue
            permitted = min(wanted, self.pace.budget)
            if permitted > 0:
                self.pace = msgspec.structs.replace(self.pace, budget=self.pace.budget - permitted)
                self._sent += permitted
                return permitted

    async def _look(self) -> None:
        rows = await self._lag.group(self._group, self._topics)
        now, end = time.monotonic(), rows[0].end
        self.waiting = sum(row.lag for row in rows)
        if self._end is not None:  # the first look only says where the topic ends
            live = max(0, end - self._end - self._sent)
            # Looks may be late; what was not sent meanwhile is not made up for.
            seconds = min(max(now - self._looked, 0.001), 2 * LOOK_S)
            self.pace = self.pace.after(Observation(self.waiting, live, seconds))
        self._looked, self._end, self._sent = now, end, 0
