"""The checkpoint: the runs and how far each is, in an SQLite file. What is written survives kill -9."""

import asyncio
import fcntl
import os
import sqlite3
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager
from functools import partial
from pathlib import Path
from typing import Final

import aiosqlite
import msgspec

from worker.backfill.plan import Plan, Progress, Run, State
from worker.path_kind import PathKind, path_kind
from worker.sqlite_file import identity, is_empty, prepared

TIMEOUT_S: Final = 30.0
_APPLICATION_ID: Final = 0x53475742  # "SGWB"
_TABLES: Final = """
    CREATE TABLE runs (
        id TEXT PRIMARY KEY, state TEXT NOT NULL, created REAL NOT NULL, updated REAL NOT NULL,
        plan BLOB NOT NULL, progress BLOB NOT NULL
    ) STRICT;
"""


class CheckpointError(Exception):
    """The file can't be used, or a run is not what is asked for; `hint` says what to do."""

    def __init__(self, problem: str, hint: str) -> None:
        super().__init__(problem)
        self.hint = hint


class Checkpoint:
    """The runs in one file. All methods raise CheckpointError when it can't be read or written."""

    def __init__(self, database: aiosqlite.Connection, path: Path) -> None:
        self._database = database
        self._path = path

    async def add(self, run: Run) -> None:
        """A new run."""
        encode = msgspec.json.encode
        values = (run.id, run.state, run.created, run.updated, encode(run.plan), encode(run.progress))
        await self._ask("INSERT INTO runs VALUES (?, ?, ?, ?, ?, ?)", values)

    async def save(self, run_id: str, progress: Progress, now: float) -> State:
        """Keep how far the run is; the state that somebody may have set meanwhile."""
        query = "UPDATE runs SET progress = ?, updated = ? WHERE id = ? RETURNING state"
        return _state(await self._ask(query, (msgspec.json.encode(progress), now, run_id)))

    async def state(self, run_id: str) -> State:
        """The state of the run called `run_id`."""
        return _state(await self._ask("SELECT state FROM runs WHERE id = ?", (run_id,)))

    async def set_state(self, run_id: str, state: State, now: float) -> None:
        """The run is over, one way or the other."""
        await self._ask("UPDATE runs SET state = ?, updated = ? WHERE id = ?", (state, now, run_id))

    async def runs(self) -> list[Run]:
        """All runs, the newest first."""
        rows = await self._ask(
            "SELECT id, state, created, updated, plan, progress FROM runs ORDER BY created DESC, id", ()
        )
        try:
            return [
                Run(
                    row[0],
                    msgspec.convert(row[1], State),
                    row[2],
                    row[3],
                    msgspec.json.decode(row[4], type=Plan),
                    msgspec.json.decode(row[5], type=Progress),
                )
                for row in rows
            ]
        except msgspec.DecodeError as problem:
            raise _unusable(self._path, problem) from problem

    async def run(self, run_id: str) -> Run:
        """The run called `run_id`. Raises CheckpointError."""
        for run in await self.runs():
            if run.id == run_id:
                return run
        raise CheckpointError(f"there is no backfill {run_id}", "`segment-worker backfill list` shows them")

    async def _ask(self, query: str, values: tuple[object, ...]) -> list[sqlite3.Row]:
        try:
            async with asyncio.timeout(TIMEOUT_S + 1):  # SQLite itself waits that long for others
                return list(await self._database.execute_fetchall(query, values))
        except (sqlite3.Error, TimeoutError) as problem:
            raise CheckpointError(
                f"the checkpoint {self._path} can't be used: {problem!r}",
                "see that there is room and it may be written; an unfinished backfill goes on with `backfill resume`",
            ) from problem


@asynccontextmanager
async def opened(path: Path, *, make: bool) -> AsyncIterator[Checkpoint]:
    """The checkpoint at `path`; without `make` there must be one. Raises CheckpointError and OSError."""
    if not make and path_kind(path) is PathKind.NOTHING:
        raise CheckpointError(f"there is no checkpoint at {path}", "name the file with --checkpoint")
    async with prepared(path, TIMEOUT_S, partial(_prepare, path), partial(_unusable, path)) as database:
        yield Checkpoint(database, path)


def _state(rows: list[sqlite3.Row]) -> State:
    (row,) = rows
    state: State = msgspec.convert(row[0], State)
    return state


def _unusable(path: Path, problem: Exception) -> CheckpointError:
    return CheckpointError(f"{path} can't be used: {problem}", "name another file with --checkpoint")


async def _prepare(path: Path, database: aiosqlite.Connection) -> None:
    whose, _ = await identity(database)
    if not whose and await is_empty(database):
        await database.executescript(f"BEGIN; {_TABLES} PRAGMA application_id = {_APPLICATION_ID}; COMMIT")
    elif whose != _APPLICATION_ID:
        raise CheckpointError(f"{path} is no checkpoint of backfills", "name another file with --checkpoint")
    await database.execute("PRAGMA journal_mode = WAL")
    await database.execute("PRAGMA synchronous = FULL")


@contextmanager
def claimed(path: Path, run_id: str) -> Iterator[None]:
    """Hold the run while it runs, so that no two processes do; given up with the process. Raises CheckpointError."""
    lock = path.with_name(f"{path.name}.{run_id}.lock")
    try:
        file = lock.open("w")
    except OSError as problem:
        raise CheckpointError(f"{lock} can't be made: {problem}", "name another file with --checkpoint") from problem
    with file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
            held = lock.stat().st_ino == os.fstat(file.fileno()).st_ino
        except OSError:
            held = False
        # Or its holder has ended and taken the file away since it was opened here, and a third may have begun.
        if not held:
            raise CheckpointError(f"backfill {run_id} runs already", "wait for it, or cancel it")
        try:
            yield
        finally:
            lock.unlink(missing_ok=True)
