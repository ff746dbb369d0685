"""Delivery by the batch: all fetched records of a partition are ONE Faust message.

Faust keeps the group membership, the assignment, the agents and the offset commits. Where input is read from is in
`input_places.py`, what is done and committed in `batch_commits.py`, what becomes of changelogs in `restoring.py`.
Replaced here, because of what faust-streaming 0.15.3 does:
* `_drain_messages` makes two tasks a message: one batch is one message instead;
* an ack lets the message be committed: it only ends the waiting for it here;
* when the buffers of all partitions are full it sleeps for a second; and what is left unread in aiokafka's buffer holds
  its broker's other partitions back: everything fetched is taken here, what comes while a batch of its partition is
  under way waits in `_waiting` and makes the next batch, and only a partition with much of that is not read on;
* a fetch that began before a rebalance may take records after it, moving a position that recovery has just set: a
  rebalance waits here until it is over;
* after an assignment everything is fetched until it is paused: nothing is fetched here before recovery asks for it;
* offsets are committed behind records only: a partition that ends with a transaction that was taken back would have a
  lag for ever. Where nothing waits, an empty batch stands for offsets that have no record. It goes the way of all
  batches, so that everything before it is done, and a table includes it before it is committed.
"""

import asyncio
import contextlib
from collections import Counter
from collections.abc import Iterable, Mapping
from typing import Any

from aiokafka.errors import IllegalStateError
from faust.exceptions import ConsumerNotStarted
from faust.types import TP, Message
from mode.utils.futures import notify

from worker.runtime.batch_commits import BatchCommits
from worker.runtime.fetched import Fetched
from worker.runtime.input_places import InputPlaces
from worker.runtime.restoring import begin_recovery, restore
from worker.runtime.waiting import Waiting

FETCH_TIMEOUT_S = 0.25
"""Longest wait of one fetch for records; a rebalance waits for the end of it."""

_FULL_TIMEOUT_S = 0.02
"""The same while a partition is not read on, so that it goes on soon after there is room."""


class BatchedDelivery(InputPlaces, BatchCommits):
    """A mixin for the consumer of any transport."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.batch_records: int = self.transport.tuning.batch_records  # type: ignore[attr-defined]
        """The most records of a batch."""
        self._under_way: Counter[TP] = Counter()
        self._waiting: dict[TP, Waiting] = {}
        self._taken_in = -1
        """The generation of all that waits."""
        self._room = asyncio.Event()
        self._idle = asyncio.Event()
        self._idle.set()
        self.full: frozenset[TP] = frozenset()
        """Partitions that are not read on for now."""
        self.abandoned = False
        self.restored = 0
        """Changelog records read since the start."""

    # -- fetching

    async def _drain_messages(self, fetcher: Any) -> None:
        clock = asyncio.get_running_loop().time
        looked = clock()
        try:
            while not (self.should_stop or fetcher.should_stop):
                fetched, generation = await self._fetch()
                for tp, records in fetched.items():
                    if not self.flow_active or generation != self.app.consumer_generation_id:
                        break  # a rebalance began meanwhile; it seeks all partitions before they are read again
                    self._keep(tp, records, generation)
                for tp in list(self._waiting):
                    await self._hand_over(tp)
                if clock() - looked >= self.commit_interval:
                    await self._pass_over(generation)
                    looked = clock()
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

    def _set_active_tps(self, tps: set[TP]) -> set[TP]:
        return super()._set_active_tps(set())

    def on_buffer_full(self, tp: TP) -> None:
        """Nothing: `_wanted` keeps the bound."""

    def on_buffer_drop(self, tp: TP) -> None:
        """Nothing: `_wanted` keeps the bound."""

    def _keep(self, tp: TP, records: list[Any], generation: int) -> None:
        if self._is_changelog_tp(tp):
            self.restored += restore(self.app, tp, records)
            return
        self._go_on(tp, records)
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
        await self._deliver(tp, records[-1], records)

    async def _pass_over(self, generation: int) -> None:
        """Deliver an empty batch for each partition that was read on, since `generation`, without finding a record.

        Nobody fetches meanwhile. So what nothing waits of is done up to where its last record was, or comes from it.
        """
        for tp, expected in list(self._next_offset.items()):
            if self._under_way[tp] or tp in self._waiting:
                continue
            try:
                async with asyncio.timeout(FETCH_TIMEOUT_S):
                    position = await self.position(tp) or 0
            except (TimeoutError, IllegalStateError):
                continue  # it is being looked for, or the partition is not ours any more
            if not self.flow_active or generation != self.app.consumer_generation_id:
                return
            if position > expected:
                self._go_behind(tp, position)
                await self._deliver(tp, Fetched(*tp, position - 1, 0, None, None, ()), [])

    async def _deliver(self, tp: TP, last: Any, records: list[Any]) -> None:
        """Deliver a batch that ends with `last`."""
        message = self._to_message(tp, last)
        message.key = None
        message.value = records  # type: ignore[assignment]  # our agents take the batch where Faust has a value
        self._under_way[tp] += 1
        await self.callback(message)  # waits for nothing: the stream's queue has room for a batch of each partition

    # -- batches under way

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
        begin_recovery(self.app)
        await super().on_partitions_assigned(assigned, generation_id)
