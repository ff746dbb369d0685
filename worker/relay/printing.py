"""A relay without a write key: it prints what Segment would get."""

import asyncio
from collections.abc import Callable

import orjson

from worker.jsontypes import Json
from worker.runtime.connection import Connection
from worker.runtime.reader import TopicReader

Show = Callable[[Json], None]
"""Shows one track event."""


async def print_metrics(connection: Connection, topic: str, group: str, stop: asyncio.Event, show: Show) -> None:
    """Show the events of `topic` as they come, in order per person, until `stop` is set.

    An event's offset is committed once it was shown, so an event may be shown again after a crash but is never left
    out. `group` must not be the one that delivers.

    Raises:
        BrokerUnreachable: when no broker answers.
    """
    async with TopicReader(connection, topic, group=group) as reader:
        async for batch in reader.batches(stop):
            for records in batch.values():
                for record in records:
                    show(orjson.loads(record.value))
            await reader.commit({number: records[-1].offset + 1 for number, records in batch.items()})
