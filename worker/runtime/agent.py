"""What an agent is to the runtime, and the Faust loop that feeds it.

Up to one batch a partition is worked on at a time, and the batches of different partitions side by side: while one
waits for the brokers, another is decided.
"""

import asyncio
import time
from collections.abc import Callable
from typing import Any, Generic, TypeVar

import structlog
from faust.types import TP, EventT
from msgspec import Struct

from worker.runtime.batch import Batches, Fence
from worker.runtime.batched_consumer import BatchedDelivery
from worker.runtime.errors import OwnershipLost, RecoveryFailed
from worker.runtime.meter import Meter
from worker.runtime.partition_state import PartitionState
from worker.runtime.record import Record
from worker.runtime.store_adapter import PartitionedTable
from worker.runtime.unit import Target, Unit

ValueT = TypeVar("ValueT")
log = structlog.get_logger(__name__)


class TableSpec(Struct, frozen=True):
    """A table: its name, and the type of its values (a struct or a tagged union)."""

    name: str
    value_type: object


class AgentSpec(Struct, Generic[ValueT], frozen=True):
    """One agent: what it reads, how it decides, where it keeps its state and its dead letters.

    `handle(record, unit)` is synchronous and pure but for the unit it fills; it raises `InvalidMessage` for data
    that can never succeed. `internal` says that the records carry an origin, by which repeats are dropped.
    """

    name: str
    topic: str
    dead_letters: Target
    handle: Callable[[Record, Unit[ValueT]], None]
    table: TableSpec | None = None
    internal: bool = False


class AgentLoop:
    """Takes the batches of one agent's stream."""

    def __init__(
        self,
        consumer: Callable[[], BatchedDelivery],
        batches: Batches[Any],
        table: PartitionedTable | None,
        fence: Callable[[int], Fence],
        on_fault: Callable[[Exception], None],
        meter: Meter,
    ) -> None:
        self._consumer = consumer
        self._batches = batches
        self._table = table
        self._fence = fence
        self._on_fault = on_fault
        self._meter = meter
        self._under_way: dict[TP, asyncio.Task[None]] = {}
        self._faulted = False

    async def run(self, stream: Any) -> None:
        """The body of the Faust agent; nothing leaves it but cancellation."""
        async for event in stream.noack().events():
            before = self._under_way.get(event.message.tp)
            if before is not None and not before.done():
                await asyncio.wait([before])
            self._under_way[event.message.tp] = asyncio.create_task(self._process(event))
            del event  # the consumer waits for messages that are referred to

    async def _process(self, event: EventT[Any]) -> None:
        message = event.message
        try:
            if self._faulted:
                return
            records: list[Record] = message.value  # type: ignore[assignment]  # a batch, see batched_consumer.py
            fence = self._fence(message.generation_id or 0)
            fence()
            state = self._state(message.tp)
            if records:
                started = time.monotonic()
                await self._batches.process(records, state, fence)
                self._meter.batch_s.observe(time.monotonic() - started)
                self._meter.age_s.observe(time.time() - records[0].timestamp / 1000)
            else:
                await self._batches.pass_over(message.partition, message.offset, state, fence)
            self._consumer().done(message)
        except OwnershipLost as reason:
            log.info("batch_dropped", topic=message.topic, partition=message.partition, reason=str(reason))
        except Exception as problem:  # noqa: BLE001  whatever it is, it stops the worker before the ack
            self._faulted = True
            log.error("agent_failed", topic=message.topic, partition=message.partition, offset=message.offset)
            self._on_fault(problem)
        finally:
            event.ack()

    def _state(self, tp: TP) -> PartitionState | None:
        """The state of an input partition.

        Raises:
            RecoveryFailed: when it includes less than was committed.
        """
        if self._table is None:
            return None
        state = self._table.partitioned.partitions.partition(tp.partition)
        committed = self._consumer().committed_offset(tp)
        if state.position + 1 < committed:
            raise RecoveryFailed(
                f"{self._table.changelog_topic_name}/{tp.partition} includes {tp.topic}/{tp.partition} up to offset "
                f"{state.position}, but that was committed up to {committed}. If somebody set the group's offset "
                f"forward, set it back to {state.position + 1}; else the changelog lost records: build the state anew "
                "from the events, as deploy/README.md, Recovery, describes"
            )
        return state
