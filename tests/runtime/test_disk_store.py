"""The files of a state on disk: what a power cut may leave, and what damage among the values leads to."""

import os
import sqlite3
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.support.damage import damage_values
from tests.support.recording import PlainRecord
from worker.runtime.disk_store import DiskPartitionState, DiskStore
from worker.runtime.errors import RuntimeFault
from worker.runtime.partition_state import POSITION_KEY, PartitionState

KEYS = [b"k%03d" % number for number in range(500)]


def batch(first: int, position: int) -> list[PlainRecord]:
    """A changelog batch that writes all keys."""
    pairs = [(POSITION_KEY, b"%d" % position), *((key, b"v" * 200) for key in KEYS)]
    return [PlainRecord("changelog", 0, first + number, key, value) for number, (key, value) in enumerate(pairs)]


def damaged(directory: Path) -> Path:
    """A store's file with some values, damaged where these are."""
    store = DiskStore(directory, "people")
    store.partition(0).restore(batch(0, 10))
    store.close()
    file = directory / "people-0.sqlite"
    damage_values(file)
    return file


def test_a_checkpoint_waits_for_the_disk_so_that_a_power_cut_leaves_no_mixture(tmp_path: Path) -> None:
    state = DiskPartitionState(tmp_path / "partition.sqlite")
    modes = [state._connection.execute(f"PRAGMA {name}").fetchone()[0] for name in ("journal_mode", "synchronous")]
    state.close()
    assert modes == ["wal", 1], "1: NORMAL"


def test_nobody_else_can_read_the_files_whatever_the_umask(tmp_path: Path) -> None:
    before = os.umask(0)
    try:
        state = DiskPartitionState(tmp_path / "partition.sqlite")
        state.restore(batch(0, 10))
        modes = {path.suffix: path.stat().st_mode & 0o777 for path in tmp_path.iterdir()}
        state.close()
    finally:
        os.umask(before)
    assert modes == dict.fromkeys((".sqlite", ".sqlite-wal", ".sqlite-shm"), 0o600)


@pytest.mark.parametrize(("hours", "kept"), [(19, True), (21, False), (-19, True), (-21, False)])
def test_a_file_of_an_age_that_is_too_high_or_unknown_is_read_anew(
    hours: int, kept: bool, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Below 0 hours: the clock was set back after it was written."""
    state = DiskPartitionState(tmp_path / "partition.sqlite")
    state.restore(batch(0, 10))
    state.close()
    now = time.time() + hours * 3600
    monkeypatch.setattr(time, "time", lambda: now)
    again = DiskPartitionState(tmp_path / "partition.sqlite")
    found = (again.position, len(again.values), again.changelog_offset)
    again.close()
    assert found == ((10, len(KEYS), len(KEYS)) if kept else (-1, 0, -1))


@pytest.mark.parametrize(
    "touch",
    [
        lambda state: state.values.get(KEYS[250]),
        lambda state: KEYS[250] in state.values,
        lambda state: dict(state.values),
        lambda state: len(state.values),
        lambda state: state.applied({KEYS[250]: b"new"}, 11, {}, 501),
        lambda state: state.applied({KEYS[250]: None}, 11, {}, 501),
        lambda state: state.restore(batch(501, 11)),
    ],
    ids=["get", "in", "iterate", "len", "put", "delete", "restore"],
)
def test_damage_among_the_values_is_named_and_the_next_start_reads_the_changelog(
    touch: Callable[[PartitionState], object], tmp_path: Path
) -> None:
    file = damaged(tmp_path)
    store = DiskStore(tmp_path, "people")
    for _ in range(2):  # also what goes on for a moment after the fault may not begin the file anew
        with pytest.raises(RuntimeFault, match=f"{file} is damaged .*start the worker again"):
            touch(store.partition(0))
    store.close()
    assert list(tmp_path.iterdir()) == [tmp_path / "people.lock"]
    again = DiskStore(tmp_path, "people")
    assert again.partition(0).changelog_offset == -1, "all of the changelog is to be read"
    again.partition(0).restore(batch(0, 10))
    assert len(again.partition(0).values) == len(KEYS)
    again.close()


@pytest.mark.parametrize("place", ["file", "file/below", "none.lock"])
def test_a_directory_that_cannot_be_used_is_named(place: str, tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    (tmp_path / "none.lock" / "people.lock").mkdir(parents=True)
    with pytest.raises(RuntimeFault, match=f"{place} can't be used .*: is worker.state_dir right"):
        DiskStore(tmp_path / place, "people")


def test_other_errors_of_the_disk_are_named_and_leave_the_file_alone(tmp_path: Path) -> None:
    store = DiskStore(tmp_path, "people")
    state = store.partition(0)
    assert isinstance(state, DiskPartitionState)
    state.restore(batch(0, 10))
    pages = state._connection.execute("PRAGMA page_count").fetchone()[0]
    state._connection.execute(f"PRAGMA max_page_count = {pages}")  # as a full disk
    with pytest.raises(RuntimeFault, match=rf"{tmp_path}/people-0.sqlite can't be .* full.* room in worker.state_dir"):
        state.applied({b"large": b"x" * 100_000}, 11, {}, 502)
    assert state.values[KEYS[0]] == b"v" * 200
    store.close()
    with pytest.raises(sqlite3.ProgrammingError, match="closed"):
        state.values.get(KEYS[0])
    again = DiskStore(tmp_path, "people")
    assert again.partition(0).position == 10
    again.close()
