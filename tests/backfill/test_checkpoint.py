"""A backfill is held by one process at a time, and its checkpoint is read or refused with words."""

import fcntl
import sqlite3
from contextlib import closing
from io import TextIOWrapper
from pathlib import Path

import pytest

from worker.backfill.checkpoint import CheckpointError, claimed, opened
from worker.backfill.plan import Files, Plan, Progress, Run


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


@pytest.mark.parametrize("damage", ["plan = x'7b7d'", "progress = x'ff'", "state = 'odd'"])
async def test_what_no_backfill_wrote_is_refused_with_words(tmp_path: Path, damage: str) -> None:
    path = tmp_path / "checkpoint.sqlite"
    async with opened(path, make=True) as runs:
        await runs.add(Run("r1", "unfinished", 1.0, 1.0, Plan("segment.events", Files(())), Progress({})))
    with closing(sqlite3.connect(path)) as file, file:
        file.execute(f"UPDATE runs SET {damage}")
    async with opened(path, make=False) as runs:
        with pytest.raises(CheckpointError, match="can't be used"):
            await runs.run("r1")
