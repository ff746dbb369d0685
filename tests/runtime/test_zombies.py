"""What a zombie wrote to a changelog, and what compaction and restarts leave of it."""

from pathlib import Path

from tests.support.recording import PlainRecord
from worker.runtime.disk_store import DiskPartitionState
from worker.runtime.origin import pack_mark
from worker.runtime.partition_state import POSITION_KEY, SEEN_PREFIX, PartitionState, Repair


def log_of(*batches: list[Repair]) -> list[PlainRecord]:
    pairs = [pair for batch in batches for pair in batch]
    return [PlainRecord("changelog", 0, offset, key, value) for offset, (key, value) in enumerate(pairs)]


def test_a_mark_that_a_zombie_wrote_is_put_right() -> None:
    """Else it would be all that compaction leaves, and messages would be taken again."""
    written: list[list[Repair]] = [
        [(POSITION_KEY, b"5"), (SEEN_PREFIX + b"up/0", pack_mark((4, 1)))],
        [(POSITION_KEY, b"3"), (SEEN_PREFIX + b"up/0", pack_mark((2, 0)))],
    ]
    state = PartitionState()
    state.restore(log_of(*written))
    newest = {record.key: record for record in log_of(*written, *state.repairs(100))}
    compacted = PartitionState()
    compacted.restore(sorted(newest.values(), key=lambda record: record.offset))
    assert (compacted.position, compacted.seen) == (5, {b"up/0": (4, 1)})


def test_a_batch_that_is_read_in_two_processes_is_dropped_whole(tmp_path: Path) -> None:
    records = log_of(
        [(POSITION_KEY, b"5"), (b"a", b"1")],
        [(POSITION_KEY, b"3"), (b"a", b"zombie's"), (b"b", b"zombie's")],
    )
    for part in (records[:4], records[4:]):
        state = DiskPartitionState(tmp_path / "partition.sqlite")
        state.restore(part)
        state.close()
    state = DiskPartitionState(tmp_path / "partition.sqlite")
    assert (dict(state.values), state.position, state.stale) == ({b"a": b"1"}, 5, {POSITION_KEY, b"a", b"b"})
    state.close()
