"""SQLite files of those who keep one beside the event loop: made, opened and known again in one way."""

import asyncio
import sqlite3
from pathlib import Path

import aiosqlite


def make(path: Path) -> None:
    """Make the file if there is none. Raises OSError, which says why it can't be made; SQLite's own error does not."""
    path.parent.mkdir(parents=True, exist_ok=True)
    if not path.is_file():  # to close one that is open elsewhere in the process would drop SQLite's locks
        path.open("ab").close()


async def connect(place: Path | str, timeout_s: float, *, uri: bool = False) -> aiosqlite.Connection:
    """A connection whose transactions are begun explicitly, and which waits as long for those of others.

    Raises:
        sqlite3.Error: when the file can't be opened.
        TimeoutError: when that takes longer than `timeout_s`.
    """
    async with asyncio.timeout(timeout_s):
        # Tried first, as the thread of aiosqlite outlives a connect that fails, and meets a closed loop.
        await asyncio.to_thread(lambda: sqlite3.connect(place, uri=uri).close())
        return await aiosqlite.connect(place, uri=uri, isolation_level=None, timeout=timeout_s)


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
