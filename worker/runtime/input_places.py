"""Where the input is read from, and from when on.

Replaced here, because of what faust-streaming 0.15.3 does:
* after an assignment everything is fetched until it is paused, and the input before it was sought: no input is read
  before `perform_seek` is done;
* when the flow is resumed after that, it empties the queues of the streams, and a batch that was in one is never acked:
  no input is read before the flow is resumed;
* a partition that was never committed is not sought at all: it is sought to its beginning here.
"""

from collections.abc import Mapping
from typing import Any

from aiokafka.errors import KafkaError
from faust.exceptions import ConsumerNotStarted
from faust.transport.consumer import Consumer
from faust.types import TP

from worker.runtime.bounds import asked_again, warn_missing
from worker.runtime.errors import MADE_ANEW, RecoveryFailed


class InputPlaces(Consumer):
    """A mixin for the consumer of any transport."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._next_offset: dict[TP, int] = {}
        """What is to be fetched next; of input that was sought."""
        self._assignments = 0
        self._sought = self._flowing = -1
        """The assignments whose input partitions are where they have to be, and whose input is read."""

    async def perform_seek(self) -> None:
        """Start again at the committed offsets, or at the beginning of what was never committed.

        Raises:
            RecoveryFailed: when an input topic ends before what was committed.
        """
        assignment = self._assignments
        await super().perform_seek()
        inputs = [tp for tp in self.assignment() if not self._is_changelog_tp(tp)]
        reached = {tp: self._read_offset[tp] or 0 for tp in inputs}
        starts, ends = await self.earliest_offsets(*inputs), await self.ends_beyond(reached)
        for tp, committed in reached.items():
            if committed > ends[tp]:
                raise RecoveryFailed(
                    f"{tp.topic}/{tp.partition} was committed up to offset {committed}, but ends at {ends[tp]}: "
                    f"{MADE_ANEW}"
                )
            if not committed:
                await self.seek_wait({tp: starts[tp] or 0})
            self._next_offset[tp] = committed or starts[tp] or 0
        self._sought = assignment

    async def ends_beyond(self, reached: Mapping[TP, int]) -> dict[TP, int]:
        """Where these partitions end, which had reached these offsets; it is lower only if it stays so for seconds."""

        async def ask() -> dict[TP, int]:
            return {tp: end or 0 for tp, end in (await self.highwaters(*reached)).items()}

        return await asked_again(ask, lambda ends: any(ends[tp] < offset for tp, offset in reached.items()))

    def resume_flow(self) -> None:
        """Read; input only if it was sought, and so after the queues were emptied for the last time."""
        super().resume_flow()
        self._flowing = self._sought

    @property
    def resumed(self) -> bool:
        """Whether the assignment of now is recovered, and its input is being read."""
        return self._assignments > 0 and self._flowing == self._assignments and self.flow_active

    def _go_on(self, tp: TP, records: list[Any]) -> None:
        """Note that `records` were fetched. Raises RecoveryFailed when they are not those that were to come."""
        expected, found = self._next_offset[tp], records[0].offset
        if found < expected:  # offsets mean other records than before
            raise RecoveryFailed(f"{tp.topic}/{tp.partition} went back from offset {expected} to {found}: {MADE_ANEW}")
        self._go_behind(tp, found)
        self._next_offset[tp] = records[-1].offset + 1

    def _go_behind(self, tp: TP, offset: int) -> None:
        """Note that there is no record before `offset` that is still to come."""
        expected = self._next_offset[tp]
        if offset > expected + 1:  # one offset is the marker of a transaction
            self.add_future(self._explain_gap(tp, expected))
        self._next_offset[tp] = offset

    async def _explain_gap(self, tp: TP, expected: int) -> None:
        """Say what retention removed before it was read; gaps further on are markers of transactions, and no loss."""
        try:
            first = (await self.earliest_offsets(tp))[tp] or 0
        except (KafkaError, TimeoutError, ConsumerNotStarted):
            return  # it would only have been told
        if first > expected:
            warn_missing(tp.topic, tp.partition, expected, first)
