"""Partitions on disk, for state larger than memory and for quick restarts: one SQLite file a partition.

The file holds a prefix of the partition's changelog, like the memory store: values, position, marks and changelog
offset change in one transaction. The changelog stays the truth; a file that is missing, damaged or too old is thrown
away and read again from it: when it is opened, or, where the damage is met later, at the next start.
"""

import fcntl
import sqlite3
import time
from collections.abc import Iterable, Iterator, Mapping, MutableMapping
from contextlib import ExitStack, suppress
from pathlib import Path
from types import TracebackType
from typing import TextIO

import msgspec
from msgspec import Struct

from worker.runtime.errors import RuntimeFault
from worker.runtime.open_files import open_as_many_as_allowed
from worker.runtime.origin import Mark
from worker.runtime.partition_state import PartitionState
from worker.runtime.record import Record
from worker.sqlite_damage import is_damage

MAX_AGE_S = 20 * 3600.0
"""A file not written for this long is read anew: Kafka drops deletions from a compacted topic after a day
(`delete.retention.ms`), and a deletion that was never seen would leave its key here."""

_SCHEMA = """
CREATE TABLE IF NOT EXISTS state (key BLOB PRIMARY KEY, value BLOB NOT NULL) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS head (one INTEGER PRIMARY KEY CHECK (one = 1), json BLOB NOT NULL);
"""


class _Head(Struct):
    """Everything of a partition's state but its values."""

    position: int
    seen: dict[str, Mark]
    changelog_offset: int
    stale: list[bytes]
    dropping: bool
    saved_at: float


class _Intact:
    """While it is entered: SQLite's errors about the file are told as RuntimeFaults; a damaged file is removed.

    The open connection keeps what was removed, so nothing begins the file anew before the worker has stopped.
    """

    def __init__(self, path: Path) -> None:
        self._path = path

    def __enter__(self) -> None:
        pass

    def __exit__(
        self, kind: type[BaseException] | None, problem: BaseException | None, trace: TracebackType | None
    ) -> None:
        if isinstance(problem, sqlite3.DatabaseError) and is_damage(problem):
            _remove(self._path)
            raise RuntimeFault(
                f"{self._path} is damaged ({problem}) and was removed: start the worker again, and it reads the "
                "partition from the changelog"
            ) from problem
        if isinstance(problem, sqlite3.OperationalError):
            raise RuntimeFault(
                f"{self._path} can't be read or written ({problem}): see that there is room in worker.state_dir, the "
                "disk is well and the worker may open enough files (ulimit -Hn: 15 for each of its partitions, and 100 "
                "more); what is missing there is read from the changelog"
            ) from problem


def _remove(path: Path) -> None:
    for suffix in ("", "-wal", "-shm"):
        Path(f"{path}{suffix}").unlink(missing_ok=True)


class _Values(MutableMapping[bytes, bytes]):
    """The values in the file, as a mapping. RuntimeFault when the file fails."""

    def __init__(self, connection: sqlite3.Connection, intact: _Intact) -> None:
        self._run = connection.execute
        self._intact = intact

    def __getitem__(self, key: bytes) -> bytes:
        with self._intact:
            row = self._run("SELECT value FROM state WHERE key = ?", (key,)).fetchone()
        if row is None:
            raise KeyError(key)
        value: bytes = row[0]
        return value

    def __setitem__(self, key: bytes, value: bytes) -> None:
        with self._intact:
            self._run(
                "INSERT INTO state VALUES (?, ?) ON CONFLICT (key) DO UPDATE SET value = excluded.value", (key, value)
            )

    def __delitem__(self, key: bytes) -> None:
        with self._intact:
            count = self._run("DELETE FROM state WHERE key = ?", (key,)).rowcount
        if count == 0:
            raise KeyError(key)

    def __iter__(self) -> Iterator[bytes]:
        with self._intact:
            for (key,) in self._run("SELECT key FROM state ORDER BY key"):
                yield key

    def __len__(self) -> int:
        with self._intact:
            count: int = self._run("SELECT count(*) FROM state").fetchone()[0]
        return count


class DiskPartitionState(PartitionState):
    """One partition in a file."""

    def __init__(self, path: Path) -> None:
        with suppress(OSError):  # what is wrong with the path SQLite says
            path.touch(0o600)  # for its user alone: it holds personal data
        self._connection = sqlite3.connect(path, isolation_level=None)
        with ExitStack() as unless_opened:
            unless_opened.callback(self._connection.close)
            self._open(path)
            unless_opened.pop_all()

    def _open(self, path: Path) -> None:
        self._connection.execute("PRAGMA journal_mode = WAL")
        # A power cut may take the last transactions, which the changelog has. With OFF it could leave pages of several
        # moments, which nobody would notice: NORMAL waits for the disk before a checkpoint, not at each transaction.
        self._connection.execute("PRAGMA synchronous = NORMAL")
        self._connection.executescript(_SCHEMA)
        self._intact = _Intact(path)
        super().__init__(_Values(self._connection, self._intact))
        row = self._connection.execute("SELECT json FROM head").fetchone()
        if row is not None:
            self._load(msgspec.json.decode(row[0], type=_Head))

    def _load(self, head: _Head) -> None:
        if abs(time.time() - head.saved_at) > MAX_AGE_S:  # a clock that was set back tells no age
            self._connection.execute("DELETE FROM state")
            self._connection.execute("DELETE FROM head")
            return
        self.position = head.position
        self.seen = {source.encode(): mark for source, mark in head.seen.items()}
        self.changelog_offset = head.changelog_offset
        self.stale = set(head.stale)
        self._dropping = head.dropping

    def restore(self, records: Iterable[Record]) -> None:
        """See `PartitionState.restore`; all of `records` in one transaction. RuntimeFault when the file fails."""
        with self._intact, self._connection:
            self._connection.execute("BEGIN")
            super().restore(records)
            self._save()

    def applied(
        self, writes: Mapping[bytes, bytes | None], position: int, seen: Mapping[bytes, Mark], last_offset: int
    ) -> None:
        """See `PartitionState.applied`; in one transaction. RuntimeFault when the file fails."""
        with self._intact, self._connection:
            self._connection.execute("BEGIN")
            super().applied(writes, position, seen, last_offset)
            self._save()

    def _save(self) -> None:
        head = _Head(
            self.position,
            {source.decode(): mark for source, mark in self.seen.items()},
            self.changelog_offset,
            sorted(self.stale),
            self._dropping,
            time.time(),
        )
        self._connection.execute("INSERT OR REPLACE INTO head VALUES (1, ?)", (msgspec.json.encode(head),))

    def close(self) -> None:
        """Close the file."""
        self._connection.close()


class DiskStore:
    """The partitions of one table in a directory that belongs to this worker alone."""

    def __init__(self, directory: Path, table: str) -> None:
        """Raises RuntimeFault when the directory can't be used, or another worker uses it."""
        self._directory = directory
        self._table = table
        open_as_many_as_allowed()
        try:
            directory.mkdir(parents=True, exist_ok=True)
            self._lock = _lock(directory / f"{table}.lock")
        except OSError as problem:
            raise RuntimeFault(f"{directory} can't be used ({problem}): is worker.state_dir right?") from problem
        self._partitions: dict[int, DiskPartitionState] = {}

    def _path(self, number: int) -> Path:
        return self._directory / f"{self._table}-{number}.sqlite"

    def partition(self, number: int) -> PartitionState:
        """The state of partition `number`; a file that can't be opened is thrown away.

        Raises:
            RuntimeFault: when there can be no new one either.
        """
        state = self._partitions.get(number)
        if state is None:
            path = self._path(number)
            try:
                state = DiskPartitionState(path)
            except (sqlite3.DatabaseError, msgspec.DecodeError):
                _remove(path)
                with _Intact(path):
                    state = DiskPartitionState(path)
            self._partitions[number] = state
        return state

    def drop(self, number: int) -> None:
        """Forget partition `number`, which another worker has now."""
        state = self._partitions.pop(number, None)
        if state is not None:
            state.close()
        _remove(self._path(number))

    def close(self) -> None:
        """Close all files and let go of the directory."""
        for state in self._partitions.values():
            state.close()
        self._partitions.clear()
        self._lock.close()


def _lock(path: Path) -> TextIO:
    held = path.open("w")
    try:
        fcntl.flock(held, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError as problem:
        held.close()
        raise RuntimeFault(f"{path.parent} is another worker's: give each worker a state_dir of its own") from problem
    return held
