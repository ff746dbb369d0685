"""Faust's recovery, which an unanswered question ends with an error, and a rebalance begins anew.

Worked around here (faust-streaming 0.15.3):
* it takes a step that needs longer than the request timeout for the stop of the worker, and leaves its loop in silence.
  The worker stays a member of the group, and reads nothing more;
* where a step ends in the moment in which the stop reaches the loop, too, asyncio logs an error that nobody retrieved;
* it drops the error by which a rebalance ends the reading of changelogs, and takes what was read until then for all
  there is, also of partitions that are of the new assignment and were not read at all.
"""

import asyncio
from collections.abc import Awaitable

from faust.tables.manager import TableManager
from faust.tables.recovery import RebalanceAgain, Recovery, ServiceStopped
from mode.services import WaitArgT
from mode.utils.times import Seconds, want_seconds

from worker.runtime.errors import BrokerUnreachable


class BoundedRecovery(Recovery):
    """Faust's recovery; each of its steps has the request timeout."""

    async def _wait(self, coro: WaitArgT, timeout: Seconds | None = None) -> None:
        step = asyncio.ensure_future(coro if isinstance(coro, Awaitable) else coro.wait())
        step.add_done_callback(_retrieve)
        try:
            await super()._wait(step, timeout)
        except ServiceStopped:
            if self.should_stop or timeout is None:
                raise
            raise BrokerUnreachable(
                f"no broker answered within {want_seconds(timeout):g} s while the state was recovered"
            ) from None

    async def on_recovery_completed(self, generation_id: int = 0) -> None:
        """Let what was recovered be checked, and the agents work, unless a rebalance has ended the reading of it."""
        if self.signal_recovery_start.is_set():
            raise RebalanceAgain
        await super().on_recovery_completed(generation_id)


def _retrieve(step: asyncio.Future[object]) -> None:
    if not step.cancelled():
        step.exception()


class Tables(TableManager):
    """Faust's tables, with this recovery."""

    @property
    def recovery(self) -> Recovery:
        """The recovery of all tables."""
        if self._recovery is None:
            self._recovery = BoundedRecovery(self.app, self, beacon=self.beacon, loop=self.loop)
        return self._recovery
