"""A backfill is held by one process at a time."""

import fcntl
from io import TextIOWrapper
from pathlib import Path

import pytest

from worker.backfill.checkpoint import CheckpointError, claimed


def test_a_run_is_held_by_one(tmp_path: Path) -> None:
    path = tmp_path / "checkpoint.sqlite"
    with claimed(path, "r"), pytest.raises(CheckpointError, match="runs already"), claimed(path, "r"):
        pass
    with claimed(path, "r"), claimed(path, "another"):
        assert len(list(tmp_path.iterdir())) == 2
    assert not list(tmp_path.iterdir())


@pytest.mark.parametrize("begun", [True, False])
def test_a_lock_on_a_file_that_was_taken_away_holds_nothing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, begun: bool
) -> None:
    path = tmp_path / "checkpoint.sqlite"
    flock = fcntl.flock

    def too_late(file: TextIOWrapper, how: int) -> None:
        """Another process ends between opening and locking, and a third begins."""
        (lock,) = tmp_path.iterdir()
        lock.unlink()
        if begun:
            lock.touch()
        flock(file, how)

    monkeypatch.setattr(fcntl, "flock", too_late)
    with pytest.raises(CheckpointError, match="runs already"), claimed(path, "r"):
        pass
