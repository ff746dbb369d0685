"""What is counted, told and refused while a batch is worked through."""

from collections.abc import Sequence

import pytest

from tests.support.recording import PlainRecord, RecordingPublisher
from worker.reasons import Reason
from worker.runtime.batch import Batches, Changelog
from worker.runtime.dead_letter_limit import DeadLetterLimit, LimitState
from worker.runtime.errors import InvalidMessage, OwnershipLost, TooManyDeadLetters, ValueTooLarge
from worker.runtime.meter import Meter
from worker.runtime.partition_state import PartitionState
from worker.runtime.record import Record
from worker.runtime.unit import Target, Unit

OUT = Target("out", 4, 10_000)
LETTERS = Target("letters", 4, 10_000)


def _handle(record: Record, unit: Unit[int]) -> None:
    if record.value == b"bad":
        raise InvalidMessage(Reason.INVALID_EVENT, "as ordered")
    if record.value == b"large":
        raise ValueTooLarge("as ordered")
    if record.value == b"boom":
        raise KeyError("boom")
    unit.put("count", (unit.get("count") or 0) + 1)
    unit.send(OUT, "k", record.value or b"")


class Counting:
    """One partition of an agent that counts its records."""

    def __init__(self, *, internal: bool = False, limit: LimitState | None = None) -> None:
        self.publisher = RecordingPublisher()
        self.meter = Meter()
        self.state = PartitionState()
        changelog = Changelog[int]("changelog", int)
        self.batches = Batches(_handle, self.publisher, LETTERS, self.meter, changelog, internal=internal, limit=limit)

    async def process(self, values: Sequence[bytes], origin: bytes | None = None) -> None:
        """Work through records from offset 0 on, with the content of their header `origin`."""
        headers = () if origin is None else [("origin", origin)]
        records = [PlainRecord("in", 1, offset, b"k", value, headers) for offset, value in enumerate(values)]
        await self.batches.process(records, self.state, lambda: None)

    @property
    def count(self) -> bytes | None:
        return self.state.values.get(b"count")


async def test_what_was_applied_is_skipped_and_counted() -> None:
    counting = Counting()
    await counting.process([b"a"])
    await counting.process([b"a", b"b"])
    assert counting.count == b"2"
    assert (counting.meter.skipped, counting.meter.units, counting.meter.records) == (1, 2, 3)


async def test_repeats_are_dropped_and_counted_between_agents_only() -> None:
    inside, outside = Counting(internal=True), Counting()
    await inside.process([b"a", b"a"], b"up/0/7/0")
    await outside.process([b"a", b"a"], b"up/0/7/0")
    assert (inside.count, inside.meter.repeats) == (b"1", 1)
    assert (outside.count, outside.meter.repeats) == (b"2", 0), "others may set any header"


async def test_a_message_that_is_too_large_is_a_dead_letter_once_however_often_it_is_sent() -> None:
    inside = Counting(internal=True)
    await inside.process([b"large", b"large"], b"up/0/7/0")
    assert (inside.meter.dead_letters, inside.meter.repeats) == ({Reason.STATE_TOO_LARGE: 1}, 1)


async def test_what_comes_before_one_that_is_too_large_is_decided_again_and_counted_once() -> None:
    outside, inside = Counting(), Counting(internal=True)
    await outside.process([b"a"])
    await outside.process([b"a", b"b", b"large"])
    assert (outside.count, outside.meter.skipped) == (b"2", 1)
    sent = [(b"a", b"up/0/7/0"), (b"a", b"up/0/7/0"), (b"large", b"up/0/8/0")]
    records = [PlainRecord("in", 1, n, b"k", value, [("origin", origin)]) for n, (value, origin) in enumerate(sent)]
    await inside.batches.process(records, inside.state, lambda: None)
    assert (inside.count, inside.meter.repeats) == (b"1", 1)


async def test_a_dead_letter_at_the_first_offset_counts_for_the_limit() -> None:
    counting = Counting(limit=DeadLetterLimit(None, 100, 0).start("agent"))
    with pytest.raises(TooManyDeadLetters, match="in/1/0"):
        await counting.process([b"bad"])
    assert counting.publisher.calls == [], "it is not written"


async def test_an_unexpected_error_names_the_record() -> None:
    counting = Counting()
    with pytest.raises(KeyError) as caught:
        await counting.process([b"a", b"boom"])
    assert caught.value.__notes__ == ["while deciding in/1 at offset 1"]
    assert counting.publisher.calls == []


async def test_who_loses_the_partition_while_the_outputs_are_delivered_writes_no_state() -> None:
    counting = Counting()

    def fence() -> None:
        if counting.publisher.calls:
            raise OwnershipLost("as ordered")

    with pytest.raises(OwnershipLost):
        await counting.batches.process([PlainRecord("in", 1, 0, b"k", b"a", ())], counting.state, fence)
    assert counting.publisher.calls == ["deliver"]
    assert (counting.count, counting.state.position) == (None, -1)


async def test_who_has_lost_the_partition_by_the_time_of_the_decision_sends_nothing() -> None:
    counting = Counting()

    def fence() -> None:
        raise OwnershipLost("as planned")

    with pytest.raises(OwnershipLost):
        await counting.batches.process([PlainRecord("in", 1, 0, b"k", b"a", ())], counting.state, fence)
    assert (counting.publisher.calls, counting.count) == ([], None)


async def test_between_agents_a_message_without_origin_counts_and_one_with_a_strange_origin_is_a_dead_letter() -> None:
    inside = Counting(internal=True)
    await inside.process([b"a", b"a"])
    assert (inside.count, inside.meter.repeats, dict(inside.meter.dead_letters)) == (b"2", 0, {})
    strange = Counting(internal=True)
    await strange.process([b"a"], b"nowhere")
    assert (strange.count, dict(strange.meter.dead_letters)) == (None, {Reason.INVALID_MESSAGE: 1})
