"""Checks what was recovered of a table against the topics that it stands for."""

from collections.abc import Collection, Mapping, Sequence

from faust.types import TP

from worker.runtime.errors import MADE_ANEW, RecoveryFailed
from worker.runtime.partition_state import PartitionState


def senders(state: PartitionState, inputs: Collection[str], partitions: int) -> dict[TP, int]:
    """The partitions of the worker's `inputs` that `state` had messages from, and the offset up to which it had them.

    Others name what `dlq replay` sent.
    """
    found = {}
    for source, (offset, _) in state.seen.items():
        topic, _, number = source.decode().rpartition("/")
        if topic in inputs and number.isdecimal() and int(number) < partitions:
            found[TP(topic, int(number))] = offset
    return found


def reached(
    states: Mapping[TP, PartitionState], sources: Sequence[TP], sent: Mapping[TP, Mapping[TP, int]]
) -> dict[TP, int]:
    """Where the changelogs of `states`, their inputs and those that `sent` them messages must have ended by then."""
    ends: dict[TP, int] = {}
    for (changelog, state), source in zip(states.items(), sources, strict=True):
        included = [(changelog, state.changelog_offset), (source, state.position), *sent[changelog].items()]
        for place, offset in included:
            ends[place] = max(offset + 1, ends.get(place, 0))
    return ends


def expect_input(
    changelog: TP, source: TP, state: PartitionState, sent: Mapping[TP, int], ends: Mapping[TP, int]
) -> None:
    """Expect that all there was of the input, and of what was sent by others, still counts.

    What comes at an offset that is included already is passed over, or dropped as a repeat.

    Raises:
        RecoveryFailed: when `source`, the partition's input, or one of those that `sent` it messages ends before the
            offset up to which they are included.
    """
    if state.position >= ends[source]:
        raise RecoveryFailed(
            f"{changelog.topic}/{changelog.partition} includes {source.topic}/{source.partition} up to offset "
            f"{state.position}, but that ends at {ends[source]}: {MADE_ANEW}"
        )
    for sender, offset in sent.items():
        if offset >= ends[sender]:
            raise RecoveryFailed(
                f"{changelog.topic}/{changelog.partition} includes messages that {sender.topic}/{sender.partition} led "
                f"to up to offset {offset}, but that ends at {ends[sender]}: {MADE_ANEW}"
            )
