"""Writing to a changelog partition that this worker owns."""

from collections.abc import Sequence

from worker.runtime.errors import MADE_ANEW, ChangelogIntruder
from worker.runtime.outgoing import Out, out
from worker.runtime.partition_state import EXPECTED_HEADER, PartitionState
from worker.runtime.publisher import Publisher


async def append_owned(
    publisher: Publisher, topic: str, partition: int, records: Sequence[Out], state: PartitionState
) -> int:
    """Write `records` as one batch right behind what `state` includes; the offset of the last one.

    The first of them, the position, says where that is: what it follows upon is there, or the batch stands for less
    than its position tells.

    Raises:
        ChangelogIntruder: when they do not lie right behind it. They are written then, and the next recovery puts
            them in their place, or refuses them where they came too early.
        DeliveryFailed: when they were not acknowledged.
    """
    expected = state.changelog_offset + 1
    position = out(records[0].key, records[0].value, [(EXPECTED_HEADER, b"%d" % expected)])
    offset = await publisher.append(topic, partition, [position, *records[1:]])
    if offset != expected:
        reason = (
            "another worker writes to this partition; the state is read again at the next start"
            if offset > expected
            else MADE_ANEW
        )
        raise ChangelogIntruder(f"{topic}/{partition}: wrote at offset {offset}, expected {expected}: {reason}")
    return offset + len(records) - 1
