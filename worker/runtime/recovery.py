"""Faust's recovery, which an unanswered question ends with an error.

Worked around here (faust-streaming 0.15.3): it takes a step that needs longer than the request timeout for the stop of
the worker, and leaves its loop in silence. The worker stays a member of the group, and reads nothing more. And where a
step ends in the moment in which the stop reaches the loop, too, asyncio logs an error that nobody retrieved.
"""

import asyncio
from collections.abc import Awaitable

from faust.tables.manager import TableManager
from faust.tables.recovery import Recovery, ServiceStopped
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
