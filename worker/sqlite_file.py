"""SQLite files of those who keep one beside the event loop: made, opened and known again in one way."""

import asyncio
import os
import sqlite3
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Final

import aiosqlite

_ROWS_AT_ONCE: Final = 64
"""As aiosqlite has it."""


@asynccontextmanager
async def prepared(
    path: Path,
    timeout_s: float,
    prepare: Callable[[aiosqlite.Connection], Awaitable[None]],
    unusable: Callable[[Exception], Exception],
) -> AsyncIterator[aiosqlite.Connection]:
    """The file at `path`, made if there is none, once `prepare` has seen that it is what it should be.

    Each step may take `timeout_s`, closing it at the end too. Whatever keeps the file from being made, opened or
    prepared is raised as `unusable` of it; what the caller's block raises is left as it is.
    """
    try:
        _make(path)
        database = await connect(path, timeout_s)
    except (OSError, sqlite3.Error) as problem:  # a TimeoutError is an OSError
        raise unusable(said(problem, timeout_s)) from problem
    try:
        try:
            async with asyncio.timeout(timeout_s + 1):  # SQLite itself waits that long for others
                await prepare(database)
        except (TimeoutError, sqlite3.Error) as problem:
            raise unusable(said(problem, timeout_s)) from problem
        yield database
    finally:  # also of one that can't be used: its thread would keep the process from ending
        async with asyncio.timeout(timeout_s):
            await database.close()


def said(problem: Exception, timeout_s: float) -> Exception:
    """The problem with words; asyncio's timeouts have none."""
    return problem if str(problem) else TimeoutError(f"no answer within {timeout_s:g} s")


def _make(path: Path) -> None:
    """Make the file if there is none, for its user alone: it holds personal data. SQLite's files beside it follow.

    Raises OSError, which says why it can't be made; SQLite's own error does not.
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    if not path.is_file():  # to close one that is open elsewhere in the process would drop SQLite's locks
        os.close(os.open(path, os.O_CREAT | os.O_WRONLY, 0o600))


async def connect(place: Path | str, timeout_s: float, *, uri: bool = False) -> aiosqlite.Connection:
    """A connection whose transactions are begun explicitly, and which waits as long for those of others.

    Raises:
        sqlite3.Error: when the file can't be opened.
        TimeoutError: when that takes longer than `timeout_s`.
    """

    def opened() -> sqlite3.Connection:
        # one thread uses it at a time: this one opens it, aiosqlite's does all the rest
        return sqlite3.connect(place, uri=uri, isolation_level=None, timeout=timeout_s, check_same_thread=False)

    async with asyncio.timeout(timeout_s):
        # Not opened by aiosqlite: its thread outlives an attempt that fails, and meets a closed loop.
        database = await asyncio.to_thread(opened)
        return await aiosqlite.Connection(lambda: database, _ROWS_AT_ONCE)


async def number(database: aiosqlite.Connection, query: str, parameters: tuple[object, ...] = ()) -> int:
    """The one number that `query` answers; 0 where that is NULL."""
    async with database.execute(query, parameters) as cursor:
        row = await cursor.fetchone()
    assert row is not None, f"no answer to {query}"
    return int(row[0] or 0)


async def identity(database: aiosqlite.Connection) -> tuple[int, int]:
    """Whose file it is, and in which version: application_id and user_version, both 0 in a new file."""
    return await number(database, "PRAGMA application_id"), await number(database, "PRAGMA user_version")


async def is_empty(database: aiosqlite.Connection) -> bool:
    """Whether nothing was ever made in it."""
    return await number(database, "SELECT count(*) FROM sqlite_master") == 0
