"""Delivers one partition, in order, one request at a time, and so keeps each person's order.

What is decided of a batch is done in this order: the ledger has room for it → Segment acknowledges → the ledger has it
→ the offset is committed → the next batch is sent. docs/architecture.md says why nothing acknowledged is sent twice.
"""

import asyncio
import time
from collections.abc import Awaitable, Callable, Sequence
from typing import Final, assert_never

import structlog
from msgspec import Struct

from worker.reasons import Reason
from worker.relay.batching import MAX_BATCH_BYTES, MAX_BATCH_EVENTS, Batch, batches
from worker.relay.courier import Courier
from worker.relay.errors import Closing
from worker.relay.ledger import Ledger
from worker.relay.meter import RelayMeter
from worker.relay.reading import Ready, Unsendable, read
from worker.relay.verdict import Accepted, Refused
from worker.runtime.dead_letter import dead_letter
from worker.runtime.errors import OwnershipLost
from worker.runtime.publisher import Publisher
from worker.runtime.record import Record
from worker.runtime.unit import Target

log = structlog.get_logger(__name__)

AHEAD_RECORDS: Final = MAX_BATCH_EVENTS
AHEAD_BYTES: Final = 2 * MAX_BATCH_BYTES
"""A lane that has this much waiting is not given more: it waits in Kafka."""


class Desk(Struct, frozen=True):
    """What the lanes of a relay share."""

    courier: Courier
    ledger: Ledger
    publisher: Publisher
    dead_letters: Target
    meter: RelayMeter
    commit: Callable[[int, int], Awaitable[None]]
    """Commits a partition's next offset; raises OwnershipLost, BrokerUnreachable."""
    failed: Callable[[Exception], None]
    """Is told what stopped a lane that must not be stopped by it."""


class Lane:
    """One partition while it is ours. Made inside the running loop; it works until `close`."""

    def __init__(self, number: int, desk: Desk) -> None:
        self._number = number
        self._desk = desk
        self._waiting: list[Record] = []
        self._waiting_bytes = 0
        self._filled = asyncio.Event()
        self._closing = asyncio.Event()
        self._task = asyncio.create_task(self._work())

    @property
    def full(self) -> bool:
        """Whether it has enough to do."""
        return len(self._waiting) >= AHEAD_RECORDS or self._waiting_bytes >= AHEAD_BYTES

    def put(self, records: Sequence[Record]) -> None:
        """Deliver these after what is there already; a lane that has ended drops them, for whoever is next."""
        if self._task.done():
            return
        self._waiting += records
        self._waiting_bytes += sum(len(record.value or b"") for record in records)
        self._desk.meter.waiting += len(records)
        self._filled.set()

    async def close(self, drain_s: float) -> None:
        """End after the request under way, or without its answer if that takes longer than `drain_s`."""
        self._closing.set()
        self._filled.set()
        done, _ = await asyncio.wait([self._task], timeout=drain_s)
        if not done:
            log.info("request_given_up", partition=self._number, after_s=drain_s)
            self._task.cancel()
            await asyncio.wait([self._task])

    async def _work(self) -> None:
        meter = self._desk.meter
        try:
            while True:
                await self._filled.wait()
                if self._closing.is_set():
                    return
                self._filled.clear()
                records, self._waiting, self._waiting_bytes = self._waiting, [], 0
                try:
                    await self._decide(records)
                finally:
                    meter.waiting -= len(records)
        except Closing:
            return
        except OwnershipLost as lost:
            log.info("partition_lost", partition=self._number, detail=str(lost))
        except Exception as problem:  # noqa: BLE001  whatever it is, the relay stops and says so
            self._desk.failed(problem)
        finally:
            meter.waiting -= len(self._waiting)

    async def _decide(self, records: list[Record]) -> None:
        """Deliver `records`, or dead-letter them, and commit."""
        ready: dict[str, Ready] = {}
        unsendable: list[Unsendable] = []
        repeats = 0
        for record in records:
            found = read(record)
            if isinstance(found, Unsendable):
                unsendable.append(found)
            elif ready.setdefault(found.message_id, found) is not found:
                repeats += 1
        known = await self._desk.ledger.reserve(list(ready), time.time()) if ready else set()
        self._desk.meter.repeats += repeats + len(known)
        if unsendable:
            await self._bury(unsendable)
        fresh = [one for one in ready.values() if one.message_id not in known]
        next_offset = records[-1].offset + 1
        todo = batches(fresh, next_offset)
        if not todo:
            await self._desk.commit(self._number, next_offset)
        todo.reverse()
        while todo:
            await self._deliver(todo.pop(), todo)

    async def _deliver(self, batch: Batch, todo: list[Batch]) -> None:
        """Deliver a batch; the halves of one that was refused go onto the stack `todo`, until it is one event."""
        verdict = await self._desk.courier.deliver(batch, self._closing)
        match verdict:
            case Accepted():
                await self._acknowledged(batch)
            case Refused(answer):
                if len(batch.events) > 1:
                    todo += reversed(batch.halves())
                    return
                (event,) = batch.events
                log.warning("event_refused", message_id=event.message_id, answer=answer)
                await self._bury([Unsendable(event.record, Reason.REFUSED, answer)])
                await self._desk.commit(self._number, batch.next_offset)
            case _:
                assert_never(verdict)

    async def _acknowledged(self, batch: Batch) -> None:
        await self._desk.ledger.add([event.message_id for event in batch.events], time.time())
        self._desk.meter.accepted += len(batch.events)
        await self._desk.commit(self._number, batch.next_offset)

    async def _bury(self, unsendable: Sequence[Unsendable]) -> None:
        target = self._desk.dead_letters
        place = (target.topic, self._number % target.partitions)
        letters = [dead_letter(each.record, each.reason, each.detail, target.max_record_bytes) for each in unsendable]
        await self._desk.publisher.deliver({place: letters})
        self._desk.meter.dead_letters.update(each.reason for each in unsendable)
