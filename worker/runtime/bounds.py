"""Where a topic begins and ends."""

import asyncio
from collections.abc import Awaitable, Callable, Mapping, Sequence
from typing import NamedTuple, TypeVar

import structlog
from aiokafka import AIOKafkaConsumer, TopicPartition

log = structlog.get_logger(__name__)

Told = TypeVar("Told")

_ASKED = 10
_ASKED_EVERY_S = 0.5


class Bounds(NamedTuple):
    """By partition: the first offset there is, and the one after the last."""

    starts: dict[int, int]
    ends: dict[int, int]

    def ended_before(self, offsets: Mapping[int, int]) -> list[int]:
        """The partitions that end before these offsets, or are not there."""
        return [number for number, offset in offsets.items() if self.ends.get(number, 0) < offset]


async def bounds_of(consumer: AIOKafkaConsumer, partitions: Sequence[TopicPartition]) -> Bounds:
    """The bounds of one topic's `partitions` now."""
    starts = await consumer.beginning_offsets(partitions)
    ends = await consumer.end_offsets(partitions)
    return Bounds({one.partition: starts[one] for one in partitions}, {one.partition: ends[one] for one in partitions})


async def asked_again(ask: Callable[[], Awaitable[Told]], short: Callable[[Told], object]) -> Told:
    """What `ask` answers of where topics end: asked again for some seconds while that is `short` of what they had.

    A broker that has just begun to lead, or does not know yet that it leads no longer, may tell a lower end for a
    moment. One told to the last is the truth.
    """
    found = await ask()
    for _ in range(_ASKED - 1):
        if not short(found):
            break
        await asyncio.sleep(_ASKED_EVERY_S)
        found = await ask()
    return found


def warn_missing(topic: str, partition: int, expected: int, first: int) -> None:
    """Say that the records from offset `expected` on, before `first`, were gone before they were read."""
    log.warning(
        "records_missing", topic=topic, partition=partition, first=expected, last=first - 1,
        hint="removed by the topic's retention before they were read",
    )  # fmt: skip
