"""The SQLite file: making it, checking whose it is, opening it to write or to read."""

import asyncio
import sqlite3
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from functools import partial
from pathlib import Path
from typing import Final

import aiosqlite

from worker.path_kind import PathKind, path_kind
from worker.sqlite_damage import is_damage
from worker.sqlite_file import connect, identity, is_empty, prepared, said
from worker.view.errors import ViewFault, ViewUnreadable
from worker.view.schema import TABLES, VERSION

TIMEOUT_S: Final = 30.0
"""How long one transaction, or waiting for somebody else's, may take."""

APPLICATION_ID: Final = 0x53475657
"""PRAGMA application_id of a view: "SGVW"."""

_START: Final = "start its role: segment-worker view"


@asynccontextmanager
async def writer(path: Path) -> AsyncIterator[aiosqlite.Connection]:
    """The view at `path`, made if there is none. Transactions are begun explicitly.

    Raises:
        ViewFault: when the file can't be opened, or is not a view of this version.
    """
    async with prepared(path, TIMEOUT_S, partial(_prepare, path), partial(_unusable, path)) as database:
        yield database


@asynccontextmanager
async def reader(path: Path) -> AsyncIterator[aiosqlite.Connection]:
    """The view at `path`, to read, as it is now: what is written meanwhile is not seen.

    Raises:
        ViewUnreadable: when there is none, it can't be opened or read, or it is of another version.
    """
    try:
        if path_kind(path) is PathKind.NOTHING:
            raise ViewUnreadable(f"there is no view at {path}", _START)
        database = await connect(f"{path.absolute().as_uri()}?mode=ro", TIMEOUT_S, uri=True)
    except (OSError, sqlite3.Error) as problem:
        raise _unopened(path, problem) from problem
    try:
        try:
            await _begin(path, database)
        except (TimeoutError, sqlite3.OperationalError) as problem:
            raise _unopened(path, said(problem, TIMEOUT_S)) from problem
        yield database
    except sqlite3.DatabaseError as problem:
        if not is_damage(problem):
            raise
        raise ViewUnreadable(
            f"{path} is damaged, or no view: {problem}",
            "where view.path is right, stop the role, delete the file and start the role again: segment-worker view "
            "builds it again from the topic",
        ) from problem
    finally:
        async with asyncio.timeout(TIMEOUT_S):
            await database.close()


async def _begin(path: Path, database: aiosqlite.Connection) -> None:
    async with asyncio.timeout(TIMEOUT_S + 1):  # SQLite itself waits that long for others
        await database.execute("BEGIN")  # first, since the role may be about to make the tables
        found = await identity(database)
        if found == (0, 0) and await is_empty(database):
            raise ViewUnreadable(f"{path} is empty: the role has not begun to fill it", _START)
        if found[0] != APPLICATION_ID:
            raise ViewUnreadable(f"{path} {_what(found)}", "check view.path")
        if found[1] != VERSION:
            raise ViewUnreadable(
                f"{path} {_what(found)}",
                "delete the file and start the role: segment-worker view builds it again from the topic",
            )


def _unopened(path: Path, problem: Exception) -> ViewUnreadable:
    return ViewUnreadable(f"{path} can't be opened: {problem}", "check view.path and its rights")


async def _prepare(path: Path, database: aiosqlite.Connection) -> None:
    found = await identity(database)
    if found == (0, 0) and await is_empty(database):
        await database.executescript(
            f"BEGIN IMMEDIATE; {TABLES}"
            f"PRAGMA application_id = {APPLICATION_ID}; PRAGMA user_version = {VERSION}; COMMIT"
        )
    elif found[0] != APPLICATION_ID:
        raise ViewFault(f"{path} {_what(found)}: name another one in view.path")
    elif found[1] != VERSION:
        raise ViewFault(f"{path} {_what(found)}. Delete the file: it is built again from the topic")
    await database.execute("PRAGMA journal_mode = WAL")
    # In WAL mode NORMAL keeps transactions whole in any crash; a power cut may cost the last ones, positions included.
    await database.execute("PRAGMA synchronous = NORMAL")
    await database.execute("PRAGMA cache_size = -65536")
    await database.execute("PRAGMA wal_autocheckpoint = 10000")  # 40 MB; more often costs half the speed
    await database.execute("PRAGMA journal_size_limit = 67108864")  # what it grew to for a long reader is given back
    await database.execute("CREATE TEMP TABLE ending (cio_id TEXT PRIMARY KEY)")
    await database.execute("CREATE TEMP TABLE arrived (number INTEGER PRIMARY KEY)")


def _unusable(path: Path, problem: Exception) -> ViewFault:
    damaged = isinstance(problem, sqlite3.Error) and is_damage(problem)
    what = " If it is, delete the file: it is built again from the topic" if damaged else ""
    return ViewFault(f"{path} can't be used as the view's file ({problem}): is view.path right?{what}")


def _what(found: tuple[int, int]) -> str:
    if found[0] != APPLICATION_ID:
        return "is a SQLite file of something else"
    return f"is a view of schema version {found[1]}, and this program's is {VERSION}"
