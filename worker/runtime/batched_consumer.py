"""Delivery by the batch: all fetched records of a partition are ONE Faust message.

Faust keeps the group membership, the assignment, the agents and the offset commits. Replaced here, because of what
faust-streaming 0.15.3 does:
* `_drain_messages` makes two tasks a message: one batch is one message instead;
* a stream acks what it skips at a rebalance, so that unprocessed records may be committed: an ack only ends the
  waiting for the message here; `done` alone moves the offset to be committed, and it is called after a batch was
  written;
* acked offsets are kept one by one, with gaps: batches of a partition are done in order, so one offset is enough;
* `_committed_offset` moves even when a commit failed;
* when the buffers of all partitions are full it sleeps for a second: the batches under way are counted by partition
  instead;
* recovery takes one record at a time and swallows errors: changelog records are restored here, batch by batch.
"""

import asyncio
import contextlib
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

import structlog
from faust.exceptions import ConsumerNotStarted
from faust.tables.manager import TableManager
from faust.transport.consumer import Consumer
from faust.types import TP, Message
from mode.utils.futures import notify

from worker.runtime.errors import RecoveryFailed
from worker.runtime.store_adapter import PartitionedTable

log = structlog.get_logger(__name__)


BATCHES_UNDER_WAY = 2
"""Of one partition: one being worked on, and the next."""


class BatchedDelivery(Consumer):
    """A mixin for the consumer of any transport."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._next_offset: dict[TP, int] = {}
        self._done: dict[TP, int] = {}
        self._under_way: Counter[TP] = Counter()
        self._room = asyncio.Event()

    # -- fetching

    async def _drain_messages(self, fetcher: Any) -> None:
        try:
            while not (self.should_stop or fetcher.should_stop):
                generation = self.app.consumer_generation_id
                fetched, active = await self._wait_next_records(timeout=1.0)
                if not fetched:
                    await asyncio.sleep(0)
                    continue
                if not self.flow_active or generation != self.app.consumer_generation_id:
                    # A rebalance began meanwhile; its end seeks to the committed offsets.
                    await asyncio.sleep(0)
                    continue
                for tp, records in fetched.items():
                    if tp not in active:
                        continue
                    await self._deliver(tp, records, generation)
        except self.consumer_stopped_errors:
            if not self.app.should_stop:
                raise
        except ConsumerNotStarted:
            if not self.app.should_stop:
                raise

    async def _wait_next_records(self, timeout: float) -> tuple[Any, Any]:
        if not self.flow_active:
            await self.wait(self.can_resume_flow.wait())
        under_way = self._under_way
        active = {tp for tp in self._get_active_partitions() if under_way[tp] < BATCHES_UNDER_WAY}
        if not active:
            self._room.clear()
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout(timeout / 10):
                    await self._room.wait()
            return None, active
        return await self._getmany(active, timeout), active

    def on_buffer_full(self, tp: TP) -> None:
        """Nothing: `_wait_next_records` keeps the bound."""

    def on_buffer_drop(self, tp: TP) -> None:
        """Nothing: `_wait_next_records` keeps the bound."""

    async def _deliver(self, tp: TP, records: list[Any], generation: int) -> None:
        if self._is_changelog_tp(tp):
            self._restore(tp, records)
            return
        expected = self._next_offset.get(tp)
        if expected is not None and records[0].offset != expected:
            records = self._contiguous(tp, records, expected)
            if not records:
                return
        message = self._to_message(tp, records[-1])
        message.key = None
        message.value = records  # type: ignore[assignment]  # our agents take the batch where Faust has a value
        if generation != self.app.consumer_generation_id or not self.flow_active:
            return
        self._under_way[tp] += 1
        done = await self.wait_first(self.callback(message), self.suspend_flow.wait())
        if not self.suspend_flow.is_set() and not done.stopped:
            self._next_offset[tp] = records[-1].offset + 1

    def _contiguous(self, tp: TP, records: list[Any], expected: int) -> list[Any]:
        """Leave out what was delivered before, and say what the topic no longer has."""
        records = [record for record in records if record.offset >= expected]
        if records and records[0].offset > expected:
            log.warning(
                "offsets_missing", topic=tp.topic, partition=tp.partition, first=expected, last=records[0].offset - 1,
                hint="removed by the topic's retention before they were read, or transaction markers",
            )  # fmt: skip
        return records

    async def perform_seek(self) -> None:
        """Start again at the committed offsets."""
        await super().perform_seek()
        self._next_offset = {tp: offset for tp, offset in self._read_offset.items() if offset is not None}

    # -- recovery

    def _restore(self, tp: TP, records: list[Any]) -> None:
        tables = self.app.tables
        assert isinstance(tables, TableManager)
        recovery = tables.recovery
        table = recovery.tp_to_table.get(tp)
        if not isinstance(table, PartitionedTable):
            raise RecoveryFailed(f"{tp} belongs to no table")
        if tp not in recovery.active_tps:
            return
        table.partitioned.partitions.partition(tp.partition).restore(records)
        seen = recovery.active_offsets[tp]
        if seen is None or records[-1].offset > seen:
            recovery.active_offsets[tp] = records[-1].offset
        if recovery.in_recovery and not recovery.need_recovery():
            recovery.signal_recovery_end.set()

    # -- what is done, and committing it

    def done(self, message: Message) -> None:
        """All records of the batch `message` are applied: its offset may be committed."""
        if message.generation_id == self.app.consumer_generation_id:
            self._done[message.tp] = message.offset + 1

    def done_offsets(self) -> Mapping[TP, int]:
        """The next offset to be read if the worker stopped now, for each partition with progress in this generation."""
        return self._done

    def committed_offset(self, tp: TP) -> int:
        """The next offset to be read by whoever gets the partition; 0 before the first commit."""
        return self._committed_offset[tp] or 0

    def ack(self, message: Message) -> bool:
        """The message needs no more waiting for (see the module's text)."""
        if message.acked:
            return False
        message.acked = True
        self._unacked_messages.discard(message)
        if message.generation_id == self.app.consumer_generation_id:
            self._under_way[message.tp] -= 1
        self._room.set()
        notify(self._waiting_for_ack)
        return True

    def _filter_tps_with_pending_acks(self, topics: Any = None) -> Iterator[TP]:
        return iter([tp for tp in self._done if topics is None or tp in topics or tp.topic in topics])

    def _filter_committable_offsets(self, tps: Iterable[TP]) -> dict[TP, int]:
        return {tp: self._done[tp] for tp in tps if self._done[tp] > (self._committed_offset[tp] or 0)}

    async def _commit_offsets(self, offsets: Mapping[TP, int], start_new_transaction: bool = True) -> bool:
        before = {tp: self._committed_offset[tp] for tp in offsets}
        committed = await super()._commit_offsets(offsets, start_new_transaction)
        if not committed:
            self._committed_offset.update(before)
        return committed

    async def on_partitions_assigned(self, assigned: set[TP], generation_id: int = 0) -> None:
        """Forget the progress of the last generation: what was not committed is read again."""
        self._done.clear()
        self._next_offset.clear()
        self._under_way.clear()
        await super().on_partitions_assigned(assigned, generation_id)
