"""A relay without a write key: it prints what Segment would get."""

import asyncio
from collections.abc import Callable

import structlog

from worker.relay.reading import Unsendable, read
from worker.runtime.connection import Connection
from worker.runtime.reader import TopicReader

Show = Callable[[bytes], None]
"""Shows one track event, its JSON in one line."""

log = structlog.get_logger(__name__)


async def print_metrics(connection: Connection, topic: str, group: str, stop: asyncio.Event, show: Show) -> None:
    """Show the events of `topic` as they come, in order per person, until `stop` is set.

    An event's offset is committed once it was shown, so an event may be shown again after a crash but is never left
    out. A record that could not be sent is logged. `group` must not be the one that delivers.

    Raises:
        BrokerUnreachable: when no broker answers.
    """
    async with TopicReader(connection, topic, group=group) as reader:
        async for batch in reader.batches(stop):
            for number, records in batch.items():
                for record in records:
                    found = read(record)
                    if isinstance(found, Unsendable):
                        place = {"topic": topic, "partition": number, "offset": record.offset}
                        log.warning("unsendable", **place, reason=found.reason, detail=found.detail)
                    else:
                        show(b" ".join(found.value.splitlines()))
            await reader.commit({number: records[-1].offset + 1 for number, records in batch.items()})
