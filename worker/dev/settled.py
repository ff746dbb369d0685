"""Noticing that everything sent has gone all the way through."""

import asyncio
from collections.abc import Callable, Mapping

from msgspec import Struct

from worker.deployment import Deployment
from worker.runtime.lag import LagReader, TopicLag, lag_of
from worker.topics import names

POLL_S = 0.25

ViewPositions = Callable[[], Mapping[int, int]]
"""The next offset of workspace.changes that the view will read, by partition."""


class Settling(Struct, frozen=True):
    """How far it is: what waits in each topic."""

    rows: tuple[TopicLag, ...]

    @property
    def waiting(self) -> int:
        """Records that wait anywhere."""
        return sum(row.lag for row in self.rows)


async def observe(reader: LagReader, deployment: Deployment, view: ViewPositions) -> Settling:
    """What waits in each topic now."""
    rows = await reader.group(deployment.group, [deployment.topic(name) for name in names.WORKER_INPUTS])
    rows += await reader.group(deployment.relay_group, [deployment.topic(names.MESSAGE_METRICS)])
    changes = deployment.topic(names.WORKSPACE_CHANGES)
    rows.append(lag_of(changes, "view", await reader.ends(changes), view()))
    return Settling(tuple(rows))


async def wait_until_settled(
    reader: LagReader,
    deployment: Deployment,
    view: ViewPositions,
    told: Callable[[Settling], None],
    failed: asyncio.Event,
) -> Settling:
    """Return when nothing waits anywhere, or `failed` is set.

    The topics are looked at one after the other while agents write to each other in circles, so one look proves
    nothing; two with nothing waiting and nothing written between them do.
    """
    before: Settling | None = None
    while not failed.is_set():
        now = await observe(reader, deployment, view)
        told(now)
        if now.waiting == 0 and before is not None and before.rows == now.rows:
            return now
        before = now
        await asyncio.sleep(POLL_S)
    return await observe(reader, deployment, view)
