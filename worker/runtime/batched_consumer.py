"""Delivery by the batch: all fetched records of a partition are ONE Faust message.

Faust keeps the group membership, the assignment, the agents and the offset commits. Replaced here, because of what
faust-streaming 0.15.3 does:
* `_drain_messages` makes two tasks a message: one batch is one message instead;
* a stream acks what it skips at a rebalance, so that unprocessed records may be committed: an ack only ends the
  waiting for the message here; `done` alone moves the offset to be committed, and it is called after a batch was
  written;
* acked offsets are kept one by one, with gaps: batches of a partition are done in order, so one offset is enough;
* `_committed_offset` moves even when a commit failed, and each commit draws a table for a log that nobody asked for;
* when the buffers of all partitions are full it sleeps for a second; and what is left unread in aiokafka's buffer holds
  its broker's other partitions back: everything fetched is taken here, what comes while a batch of its partition is
  under way waits in `_waiting` and makes the next batch, and only a partition with much of that is not read on;
* recovery takes one record at a time and swallows errors: changelog records are restored here, batch by batch;
* a fetch that began before a rebalance may take records after it, moving a position that recovery has just set: a
  rebalance waits here until it is over;
* after an assignment everything is fetched until it is paused, and the input before it was sought: nothing is fetched
  here before recovery asks for it, and no input before `perform_seek` is done;
* when the flow is resumed after that, it empties the queues of the streams, and a batch that was in one is never acked:
  no input is read before the flow is resumed;
* a partition that was never committed is not sought at all: it is sought to its beginning here;
* the signal that ends a recovery stays set and ends the next one too: it is cleared here.
"""

import asyncio
import contextlib
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

import structlog
from aiokafka.errors import KafkaError
from faust.exceptions import ConsumerNotStarted
from faust.tables.manager import TableManager
from faust.transport.consumer import Consumer
from faust.types import TP, Message
from mode.utils.futures import notify

from worker.runtime.errors import RecoveryFailed
from worker.runtime.store_adapter import PartitionedTable
from worker.runtime.waiting import Waiting

log = structlog.get_logger(__name__)


FETCH_TIMEOUT_S = 0.25
"""Longest wait of one fetch for records; a rebalance waits for the end of it."""

_FULL_TIMEOUT_S = 0.02
"""The same while a partition is not read on, so that it goes on soon after there is room."""

MADE_ANEW = (
    "the topic was made anew, or its broker lost records. Build the state anew from the events, as deploy/README.md, "
    "Recovery, describes"
)


class BatchedDelivery(Consumer):
    """A mixin for the consumer of any transport."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.batch_records: int = self.transport.tuning.batch_records  # type: ignore[attr-defined]
        """The most records of a batch."""
        self._next_offset: dict[TP, int] = {}
        self._done: dict[TP, int] = {}
        self._under_way: Counter[TP] = Counter()
        self._waiting: dict[TP, Waiting] = {}
        self._taken_in = -1
        """The generation of all that waits."""
        self._room = asyncio.Event()
        self._idle = asyncio.Event()
        self._idle.set()
        self._assignments = 0
        self._sought = self._flowing = -1
        """The assignments whose input partitions are where they have to be, and whose input is read."""
        self.full: frozenset[TP] = frozenset()
        """Partitions that are not read on for now."""
        self.abandoned = False
        self.restored = 0
        """Changelog records read since the start."""

    # -- fetching

    async def _drain_messages(self, fetcher: Any) -> None:
        try:
            while not (self.should_stop or fetcher.should_stop):
                fetched, generation = await self._fetch()
                for tp, records in fetched.items():
                    if not self.flow_active or generation != self.app.consumer_generation_id:
                        break  # a rebalance began meanwhile; it seeks all partitions before they are read again
                    self._keep(tp, records, generation)
                for tp in list(self._waiting):
                    await self._hand_over(tp)
                await asyncio.sleep(0)
        except self.consumer_stopped_errors:
            if not self.app.should_stop:
                raise
        except ConsumerNotStarted:
            if not self.app.should_stop:
                raise

    async def _fetch(self) -> tuple[Mapping[TP, list[Any]], int]:
        """Records of the partitions that may be read now, and the generation in which they were asked for."""
        if not self.flow_active:
            await self.wait(self.can_resume_flow.wait())
        generation = self.app.consumer_generation_id
        wanted = self._wanted()
        if not wanted:
            self._room.clear()
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout(0.1):
                    await self._room.wait()
            return {}, generation
        self._idle.clear()
        try:
            return await self._getmany(wanted, _FULL_TIMEOUT_S if self.full else FETCH_TIMEOUT_S), generation
        finally:
            self._idle.set()

    def _wanted(self) -> set[TP]:
        wanted = self._get_active_partitions() - self.full
        if self._flowing != self._assignments:
            wanted = {tp for tp in wanted if self._is_changelog_tp(tp)}
        return wanted

    @property
    def resumed(self) -> bool:
        """Whether the assignment of now is recovered, and its input is being read."""
        return self._assignments > 0 and self._flowing == self._assignments and self.flow_active

    def resume_flow(self) -> None:
        """Read; input only if it was sought, and so after the queues were emptied for the last time."""
        super().resume_flow()
        self._flowing = self._sought

    def _set_active_tps(self, tps: set[TP]) -> set[TP]:
        return super()._set_active_tps(set())

    def on_buffer_full(self, tp: TP) -> None:
        """Nothing: `_wanted` keeps the bound."""

    def on_buffer_drop(self, tp: TP) -> None:
        """Nothing: `_wanted` keeps the bound."""

    def _keep(self, tp: TP, records: list[Any], generation: int) -> None:
        if self._is_changelog_tp(tp):
            self._restore(tp, records)
            return
        expected, found = self._next_offset[tp], records[0].offset
        if found < expected:  # offsets mean other records than before
            raise RecoveryFailed(f"{tp.topic}/{tp.partition} went back from offset {expected} to {found}: {MADE_ANEW}")
        if found > expected + 1:  # one offset is the marker of a transaction
            self.add_future(self._explain_gap(tp, expected))
        self._next_offset[tp] = records[-1].offset + 1
        self._taken_in = generation
        waiting = self._waiting.setdefault(tp, Waiting())
        waiting.add(records)
        if waiting.much(self.batch_records):
            self.full |= {tp}

    async def _hand_over(self, tp: TP) -> None:
        """Deliver what waits of the partition as one batch, unless one is under way."""
        waiting = self._waiting.get(tp)
        if waiting is None or self._under_way[tp] or not self.flow_active:
            return
        if self._taken_in != self.app.consumer_generation_id:
            return
        records = waiting.take(self.batch_records)
        if not waiting.records:
            del self._waiting[tp]
        if tp in self.full and not waiting.much(self.batch_records):
            self.full -= {tp}
            self._room.set()
        message = self._to_message(tp, records[-1])
        message.key = None
        message.value = records  # type: ignore[assignment]  # our agents take the batch where Faust has a value
        self._under_way[tp] += 1
        await self.callback(message)  # waits for nothing: the stream's queue has room for a batch of each partition

    async def _explain_gap(self, tp: TP, expected: int) -> None:
        """Say what retention removed before it was read; gaps further on are markers of transactions, and no loss."""
        try:
            first = (await self.earliest_offsets(tp))[tp] or 0
        except (KafkaError, TimeoutError, ConsumerNotStarted):
            return  # it would only have been told
        if first > expected:
            log.warning(
                "records_missing", topic=tp.topic, partition=tp.partition, first=expected, last=first - 1,
                hint="removed by the topic's retention before they were read",
            )  # fmt: skip

    async def perform_seek(self) -> None:
        """Start again at the committed offsets, or at the beginning of what was never committed.

        Raises:
            RecoveryFailed: when an input topic ends before what was committed.
        """
        assignment = self._assignments
        await super().perform_seek()
        inputs = [tp for tp in self.assignment() if not self._is_changelog_tp(tp)]
        starts, ends = await self.earliest_offsets(*inputs), await self.highwaters(*inputs)
        for tp in inputs:
            committed = self._read_offset[tp] or 0
            if committed > (ends[tp] or 0):
                raise RecoveryFailed(
                    f"{tp.topic}/{tp.partition} was committed up to offset {committed}, but ends at {ends[tp]}: "
                    f"{MADE_ANEW}"
                )
            if not committed:
                await self.seek_wait({tp: starts[tp] or 0})
            self._next_offset[tp] = committed or starts[tp] or 0
        self._sought = assignment

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
        self.restored += len(records)
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

    def committed_offset(self, tp: TP) -> int:
        """The next offset to be read by whoever gets the partition; 0 before the first commit."""
        return self._committed_offset[tp] or 0

    async def passed(self, partitions: Iterable[TP]) -> Mapping[TP, int]:
        """What is done of each partition; where nothing waits, also offsets that have no record to be done.

        Those were removed by retention, or are markers of transactions. It waits for the end of the fetch under way,
        whose records nobody has seen yet.
        """
        await self._idle.wait()
        passed: dict[TP, int] = {}
        for tp in partitions:
            done = self._done.get(tp) or self.committed_offset(tp)
            waits = self._under_way[tp] or tp in self._waiting or tp not in self._next_offset
            passed[tp] = done if waits else max(done, await self.position(tp) or 0)
        return passed

    def ack(self, message: Message) -> bool:
        """The message needs no more waiting for (see the module's text)."""
        if message.acked:
            return False
        message.acked = True
        self._unacked_messages.discard(message)
        if message.generation_id == self.app.consumer_generation_id:
            self._under_way[message.tp] -= 1
            if message.tp in self._waiting:
                self.add_future(self._hand_over(message.tp))
        notify(self._waiting_for_ack)
        return True

    def abandon(self) -> None:
        """Wait for the batches under way no longer; they are not committed, and decided again by whoever comes next."""
        self.abandoned = True
        self._unacked_messages.clear()
        notify(self._waiting_for_ack)

    def _filter_tps_with_pending_acks(self, topics: Any = None) -> Iterator[TP]:
        return iter([tp for tp in self._done if topics is None or tp in topics or tp.topic in topics])

    def _filter_committable_offsets(self, tps: Iterable[TP]) -> dict[TP, int]:
        return {tp: self._done[tp] for tp in tps if self._done[tp] > (self._committed_offset[tp] or 0)}

    async def _commit_offsets(self, offsets: Mapping[TP, int], start_new_transaction: bool = True) -> bool:
        assigned = self.assignment()
        owned = {tp: offset for tp, offset in offsets.items() if tp in assigned and tp in self._done}
        if not owned or not await self._commit(owned):
            return False
        self._committed_offset.update(owned)
        return True

    def verify_event_path(self, now: float, tp: TP) -> None:
        """Nothing: what Faust would look at is not kept here, and the watchdog looks at progress itself."""

    def forget_progress(self) -> None:
        """Forget what the last generation did: what was not committed is read again."""
        self._done.clear()
        self._next_offset.clear()
        self._under_way.clear()
        self._waiting.clear()
        self.full = frozenset()

    async def on_partitions_assigned(self, assigned: set[TP], generation_id: int = 0) -> None:
        """Take over what is ours now."""
        self._assignments += 1
        self.forget_progress()
        await self._idle.wait()
        tables = self.app.tables
        assert isinstance(tables, TableManager)
        tables.recovery.signal_recovery_end.clear()
        await super().on_partitions_assigned(assigned, generation_id)
