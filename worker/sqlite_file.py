"""SQLite files of those who keep one beside the event loop: made and opened in one way."""

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
