"""Changelog records on their way to the tables, in the place of Faust's recovery.

Replaced here, because of what faust-streaming 0.15.3 does:
* recovery takes one record at a time and swallows errors: changelog records are restored batch by batch;
* the signal that ends a recovery stays set and ends the next one too: it is cleared.
"""

from typing import Any

from faust.tables.manager import TableManager
from faust.tables.recovery import Recovery
from faust.types import TP

from worker.runtime.errors import RecoveryFailed
from worker.runtime.store_adapter import PartitionedTable


def begin_recovery(app: Any) -> None:
    """The end of the recovery before is none of the one that begins."""
    _recovery(app).signal_recovery_end.clear()


def restore(app: Any, tp: TP, records: list[Any]) -> int:
    """Restore a table's partition from its changelog's `records`, and tell Faust where it is; how many there were."""
    recovery = _recovery(app)
    table = recovery.tp_to_table.get(tp)
    if not isinstance(table, PartitionedTable):
        raise RecoveryFailed(f"{tp} belongs to no table")
    if tp not in recovery.active_tps:
        return 0
    table.partitioned.partitions.partition(tp.partition).restore(records)
    seen = recovery.active_offsets[tp]
    if seen is None or records[-1].offset > seen:
        recovery.active_offsets[tp] = records[-1].offset
    if recovery.in_recovery and not recovery.need_recovery():
        recovery.signal_recovery_end.set()
    return len(records)


def _recovery(app: Any) -> Recovery:
    tables = app.tables
    assert isinstance(tables, TableManager)
    return tables.recovery
