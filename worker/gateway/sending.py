"""Sends many inbound records, each delivery awaited, with a bound on what is under way."""

from collections.abc import Callable, Iterable

from msgspec import Struct

from worker.gateway.keying import record_key, record_partition
from worker.gateway.lines import Line
from worker.runtime.connection import Connection
from worker.runtime.outgoing import Out, out
from worker.runtime.publisher import KafkaPublisher
from worker.topics.contract import Contract

CHUNK_RECORDS = 5_000
CHUNK_BYTES = 4 * 1024 * 1024
"""A chunk is delivered once it has this much: large enough for full batches, small enough for any machine."""

_DELIVERY_SECONDS = 30.0

Told = Callable[[int], None]
"""Called after each delivered chunk with the records delivered so far."""

_REFUSED_NAMED = 100


class Sent(Struct, frozen=True):
    """What was sent: `records` delivered, `size` their bytes; `refused` lines were longer than the topic takes."""

    records: int
    size: int
    refused: list[str]
    """`<file>:<line>` of the first 100 of them."""
    refused_count: int


class InboundTopic(Struct, frozen=True):
    """Where records go: a topic on the broker, the name of its contract, and its partition count there."""

    topic: str
    contract: str
    partitions: int


def inbound_publisher(connection: Connection, contract: Contract) -> KafkaPublisher:
    """A publisher for the topic of `contract`, connected while it is entered."""
    producer = connection.producer(_DELIVERY_SECONDS, contract.max_message_bytes)
    return KafkaPublisher(producer, _DELIVERY_SECONDS + 2)


async def send_lines(publisher: KafkaPublisher, topic: InboundTopic, lines: Iterable[Line], told: Told) -> Sent:
    """Send `lines` unchanged, whether they are JSON or not: what can't be used becomes a dead letter, with its reason.

    Returns when all are acknowledged. Raises DeliveryFailed: then what was told of has been delivered, and of what came
    after it any part.
    """
    records = size = refused_count = 0
    refused: list[str] = []
    chunk = _Chunk()

    async def deliver() -> None:
        nonlocal records, size, chunk
        await publisher.deliver(chunk.outputs)
        records, size = records + chunk.records, size + chunk.size
        chunk = _Chunk()
        told(records)

    for line in lines:
        if line.value is None:
            refused_count += 1
            if len(refused) < _REFUSED_NAMED:
                refused.append(f"{line.source}:{line.number}")
            continue
        chunk.add(topic, line.value)
        if chunk.records >= CHUNK_RECORDS or chunk.size >= CHUNK_BYTES:
            await deliver()
    if chunk.records:
        await deliver()
    return Sent(records, size, refused, refused_count)


class _Chunk:
    """The records that are delivered together."""

    def __init__(self) -> None:
        self.outputs: dict[tuple[str, int], list[Out]] = {}
        self.records = 0
        self.size = 0

    def add(self, topic: InboundTopic, value: bytes) -> None:
        key = record_key(topic.contract, value)
        place = (topic.topic, record_partition(key, value, topic.partitions))
        self.outputs.setdefault(place, []).append(out(key, value))
        self.records += 1
        self.size += len(value)
