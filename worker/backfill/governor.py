"""Holds a backfill to its pace: looks at the system now and then, and says how much may be sent."""

import asyncio
import time
from collections.abc import Awaitable, Callable
from typing import NamedTuple

import msgspec

from worker.backfill.pace import Look, Pace
from worker.deployment import Deployment
from worker.runtime.lag import LagReader, lag_of
from worker.runtime.patience import patiently
from worker.topics import names

LOOK_S = 0.1
"""Between two looks."""

PORTION_S = 0.05
"""Beside live traffic, a portion is sent this often. A live event waits behind one at most: some 50 ms of the workers'
time at the highest rate. In smaller ones each record would cost them a batch of its own, ten times the work."""

_PATIENCE_S = 30.0
"""For brokers that are away for a while; a delivery waits as long."""

INPUTS = {
    names.SEGMENT_EVENTS: (names.SEGMENT_EVENTS, *names.KEYED),
    names.REPORTING_EVENTS: (names.REPORTING_EVENTS,),
}
"""Where records wait for the workers, by the contract of the inbound topic, which is the first."""


def inputs(deployment: Deployment, contract: str) -> list[str]:
    """What the topics of INPUTS are called on the broker."""
    return [deployment.topic(name) for name in INPUTS[contract]]


class _Seen(NamedTuple):
    """Counts of records since the topics began: in the inbound topic, in all, and those done in all."""

    inbound: int
    written: int
    done: int


class Governor:
    """Of one backfill into the inbound topic of `contract`, as long as `expect` does not raise."""

    def __init__(
        self,
        lag: LagReader,
        deployment: Deployment,
        contract: str,
        limit: float | None,
        expect: Callable[[], Awaitable[None]] | None = None,
    ) -> None:
        self.pace = Pace(limit, deployment.config.worker.commit_interval_s)
        self.waiting = 0
        """Records that waited for the workers at the last look."""
        self.ends: dict[int, int] = {}
        """Where the inbound topic ended at the last look, by partition; empty before the first."""
        self._lag = lag
        self._group = deployment.group
        self._topics = inputs(deployment, contract)
        self._expect = expect
        self._looked = 0.0
        self._seen: _Seen | None = None
        self._sent = 0
        self._credit = 0.0
        self._granted = 0.0

    async def permit(self, wanted: int) -> int:
        """Wait until something may be sent; how many records, `wanted` at most. They count as sent from now on.

        What was permitted before must have been delivered. Raises BrokerUnreachable, and what `expect` does.
        """
        while True:
            if time.monotonic() - self._looked >= LOOK_S:
                await self._look()
            permitted = min(wanted, self._allowed())
            if permitted > 0:
                self._credit = max(0.0, self._credit - permitted)  # it is no bound on what goes while all is quiet
                self.pace = msgspec.structs.replace(self.pace, room=self.pace.room - permitted)
                self._sent += permitted
                return permitted
            await asyncio.sleep(PORTION_S)

    def _allowed(self) -> int:
        """How many records may be sent now. What was not sent in a portion's time is not made up for later."""
        now, rate = time.monotonic(), self.pace.per_second
        if rate is None:
            self._granted = now
            return self.pace.room
        if (passed := now - self._granted) < PORTION_S:
            return 0
        self._granted = now
        self._credit = min(self._credit + rate * passed, max(1.0, 2 * rate * PORTION_S))
        return int(self._credit) if self.pace.live else min(int(self._credit), self.pace.room)

    async def _look(self) -> None:
        if self._expect is not None:
            await self._expect()
        depths = await patiently(lambda: self._lag.depths(self._group, self._topics), _PATIENCE_S)
        now = time.monotonic()
        inbound = depths[self._topics[0]]
        self.ends = dict(inbound.ends)
        rows = [lag_of(topic, self._group, *depth) for topic, depth in depths.items()]
        # A partition may end with a transaction's marker, which nobody has to do. The workers tell of it only later.
        markers = sum(end > inbound.done.get(number, 0) for number, end in inbound.ends.items())
        self.waiting = max(0, sum(row.lag for row in rows) - markers)
        written = sum(row.end for row in rows)
        seen = _Seen(rows[0].end, written, written - self.waiting)
        if (before := self._seen) is not None:  # the first look only says where the topics end
            live = max(0, seen.inbound - before.inbound - self._sent)
            self.pace = self.pace.after(
                Look(now - self._looked, self.waiting, seen.written - before.written, seen.done - before.done, live)
            )
        self._looked, self._seen, self._sent = now, seen, 0
