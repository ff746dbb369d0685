"""The files of a state on disk: what a power cut may leave."""

from pathlib import Path

from worker.runtime.disk_store import DiskPartitionState


def test_a_checkpoint_waits_for_the_disk_so_that_a_power_cut_leaves_no_mixture(tmp_path: Path) -> None:
    state = DiskPartitionState(tmp_path / "partition.sqlite")
    modes = [state._connection.execute(f"PRAGMA {name}").fetchone()[0] for name in ("journal_mode", "synchronous")]
    state.close()
    assert modes == ["wal", 1], "1: NORMAL"
