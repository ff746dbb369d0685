"""The bundled example events (topics/demo): realistic ones, the documents' own, and some that are bad on purpose."""

from collections.abc import Iterable, Iterator
from datetime import UTC, datetime, timedelta
from typing import Final

import orjson
from msgspec import Struct
from msgspec.structs import replace

from worker.gateway.lines import Line, read_lines
from worker.gateway.sending import InboundTopic, inbound_publisher, send_lines
from worker.jsontypes import Json
from worker.topics import names
from worker.topics.contracts import contracts_directory
from worker.wiring import Deployment

LONGEST: Final = 2 * 1024 * 1024

WRITTEN_FOR: Final = datetime(2026, 10, 31, tzinfo=UTC)
"""The last day of the examples."""

TIMES: Final = ("timestamp", "originalTimestamp", "sentAt", "receivedAt")


class SentExamples(Struct, frozen=True):
    """How many were sent."""

    events: int
    webhooks: int


async def send_examples(deployment: Deployment, now: datetime) -> SentExamples:
    """Send all examples into the inbound topics, keyed as the gateway keys them, as if their last day were yesterday.

    Raises:
        DeliveryFailed: when a broker does not take them.
    """
    days = (now - WRITTEN_FOR).days - 1
    counts = []
    for name in (names.SEGMENT_EVENTS, names.REPORTING_EVENTS):
        contract = deployment.contracts[name]
        where = InboundTopic(contract.topic, name, contract.partitions)
        lines = shifted(read_lines(contracts_directory() / "demo" / f"{name}.ndjson", LONGEST), days)
        async with inbound_publisher(deployment.connection, contract) as publisher:
            counts.append((await send_lines(publisher, where, lines, lambda _: None)).records)
    return SentExamples(*counts)


def shifted(lines: Iterable[Line], days: int) -> Iterator[Line]:
    """The lines with their events' times moved by whole days, so that within a day they are the same bytes.

    What waits for longer than 30 days is dropped (DESIGN section 6.1): old examples would not show what waiting is for.
    A line that is no event with a time stays as it is.
    """
    for line in lines:
        try:
            event: Json = orjson.loads(line.value or b"")
        except orjson.JSONDecodeError:
            yield line
            continue
        moved = isinstance(event, dict) and _move(event, timedelta(days=days))
        yield replace(line, value=orjson.dumps(event)) if moved else line


def _move(event: dict[str, Json], by: timedelta) -> bool:
    moved = False
    for name in TIMES:
        value = event.get(name)
        if isinstance(value, str):
            try:
                time = datetime.fromisoformat(value)
            except ValueError:
                continue
            event[name] = (time + by).isoformat(timespec="milliseconds").replace("+00:00", "Z")
            moved = True
        elif isinstance(value, int) and not isinstance(value, bool):
            event[name] = value + int(by.total_seconds())
            moved = True
    return moved
