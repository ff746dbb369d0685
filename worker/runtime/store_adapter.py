"""A Faust table whose store is ours: partitioned by construction, restored in batches, and never written through Faust.

Worked around here (faust-streaming 0.15.3):
* its memory store keeps the keys of revoked partitions when they were set at run time;
* its recovery hands over one record at a time, and logs and goes on when applying one fails: the batched consumer
  restores the state itself (restoring.py), so nothing may reach `apply_changelog_batch`.
"""

from collections.abc import Callable, Iterable, Sequence
from typing import Any

import faust
import structlog
from faust.stores.base import Store
from faust.types import TP, EventT

from worker.runtime.errors import OwnershipLost, RuntimeFault
from worker.runtime.partition_state import MemoryStore, StateStore

Recovered = Callable[[Sequence[TP]], Any]
"""Called with the active changelog partitions when their recovery is complete; returns an awaitable."""

log = structlog.get_logger(__name__)


class TableStore(Store[bytes, bytes]):
    """The state of one table, by partition."""

    def __post_init__(self) -> None:
        self.partitions: StateStore = MemoryStore()
        self.recovered: Recovered | None = None

    def persisted_offset(self, tp: TP) -> int | None:
        """The changelog offset up to which this worker has the partition, so that recovery reads only what is new."""
        offset = self.partitions.partition(tp.partition).changelog_offset
        return offset if offset >= 0 else None

    async def on_rebalance(
        self, assigned: set[TP], revoked: set[TP], newly_assigned: set[TP], generation_id: int = 0
    ) -> None:
        """Forget what is another worker's now."""
        changelog = self.table.changelog_topic.get_topic_name()
        for tp in revoked:
            if tp.topic == changelog:
                self.partitions.drop(tp.partition)

    async def on_recovery_completed(self, active_tps: set[TP], standby_tps: set[TP]) -> None:
        """Let the runtime check and repair what was recovered; Faust would swallow an error raised here.

        When the next rebalance begins meanwhile, Faust waits for this no longer, and does not end it.
        """
        if self.recovered is None or not active_tps:
            return
        try:
            await self.recovered(sorted(active_tps))
        except OwnershipLost as reason:
            log.info("recovery_dropped", table=self.table_name, reason=str(reason))
        except Exception as problem:  # noqa: BLE001  every error must stop the worker, and Faust drops it
            await self.app.crash(problem)

    def apply_changelog_batch(
        self, batch: Iterable[EventT[Any]], to_key: Callable[[Any], Any], to_value: Callable[[Any], Any]
    ) -> None:
        """Nothing may come this way (Faust calls it with an empty buffer when it flushes)."""
        for event in batch:
            raise RuntimeFault(
                f"changelog record {event.message.offset} of {event.message.tp} bypassed the batched recovery"
            )

    def reset_state(self) -> None:
        """Nothing: only Faust's own command `reset` calls it, which there is not here."""

    async def backup_partition(self, tp: TP | int, flush: bool = True, purge: bool = False, keep: int = 1) -> None:
        """The changelog is the backup."""

    def restore_backup(self, tp: TP | int, latest: bool = True, backup_id: int = 0) -> None:
        """The changelog is the backup."""

    def _unused(self, *_: object) -> Any:
        raise RuntimeFault("tables are read and written through units of work")

    __getitem__ = __setitem__ = __delitem__ = __contains__ = _unused

    def __iter__(self) -> Any:
        return self._unused()

    def __len__(self) -> int:
        return self._unused()  # type: ignore[no-any-return]

    def __bool__(self) -> bool:
        return True


class PartitionedTable(faust.Table[bytes, bytes]):
    """A Faust table with a `TableStore`."""

    def _new_store(self) -> TableStore:
        return TableStore(
            "memory://", self.app, self, table_name=self.name, key_type=bytes, value_type=bytes, loop=self.loop
        )

    @property
    def partitioned(self) -> TableStore:
        """The store, typed."""
        store = self.data
        assert isinstance(store, TableStore)
        return store
