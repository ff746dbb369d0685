"""Writing to a changelog partition that this worker owns."""

from collections.abc import Sequence

from worker.runtime.errors import ChangelogIntruder
from worker.runtime.outgoing import Out
from worker.runtime.partition_state import PartitionState
from worker.runtime.publisher import Publisher


async def append_owned(
    publisher: Publisher, topic: str, partition: int, records: Sequence[Out], state: PartitionState
) -> int:
    """Write `records` as one batch right behind what `state` includes; the offset of the last one.

    Raises:
        ChangelogIntruder: when they do not lie right behind it. They are written then, and the next recovery puts
            them in their place.
        DeliveryFailed: when they were not acknowledged.
    """
    expected = state.changelog_offset + 1
    offset = await publisher.append(topic, partition, records)
    if offset != expected:
        raise ChangelogIntruder(
            f"{topic}/{partition}: wrote at offset {offset}, expected {expected}: "
            "another worker writes to this partition; the state is read again at the next start"
        )
    return offset + len(records) - 1
