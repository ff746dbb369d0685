"""What has been delivered, by messageId, in an SQLite file.

A delivery is written before its offset is committed, and asked for before anything is sent: so what is in the ledger is
not sent again, whatever becomes of the offset. Its rows are written before it is sent, with a time below 0 for "not
acknowledged yet": so nothing is sent that could not be noted afterwards, as on a full disk, where noting it needs no
more room. Each method is one statement, hence whole or not at all.
"""

import asyncio
import sqlite3
from collections.abc import AsyncIterator, Iterable, Sequence
from contextlib import asynccontextmanager
from functools import partial
from pathlib import Path
from typing import Final

import aiosqlite
import orjson
from tenacity import AsyncRetrying, retry_if_exception_type, stop_after_delay, wait_random

from worker.relay.errors import LedgerFault
from worker.sqlite_file import identity, is_empty, prepared

TIMEOUT_S: Final = 30.0
"""How long one statement may take, or wait for another relay's."""

APPLICATION_ID: Final = 0x5347574C
"""PRAGMA application_id of a ledger: "SGWL"."""
VERSION: Final = 2
"""PRAGMA user_version; 1 has no rows of what is not acknowledged yet."""

PRUNED_AT_ONCE: Final = 5000

_HINT: Final = "may the file of relay.ledger be read and written, and has its disk room?"

_TABLE: Final = """
    CREATE TABLE delivered (
        number INTEGER PRIMARY KEY,
        message_id TEXT NOT NULL UNIQUE,
        at REAL NOT NULL  -- unix seconds when Segment had acknowledged it; minus those when it was about to be sent
    ) STRICT"""
_RESERVE: Final = """
    INSERT INTO delivered (message_id, at) SELECT value, ? FROM json_each(?) WHERE true
    ON CONFLICT (message_id) DO UPDATE SET at = excluded.at WHERE at < 0 RETURNING 1"""
_PUT: Final = """
    INSERT INTO delivered (message_id, at) SELECT value, ? FROM json_each(?) WHERE true
    ON CONFLICT (message_id) DO UPDATE SET at = excluded.at WHERE at < 0"""
_KNOWN: Final = "SELECT message_id FROM delivered WHERE message_id IN (SELECT value FROM json_each(?)) AND at >= 0"
_PRUNE: Final = """
    DELETE FROM delivered WHERE number IN (SELECT number FROM delivered ORDER BY number LIMIT ?) AND abs(at) < ?
    RETURNING 1"""


class Ledger:
    """The ledger in an open file. Several processes may have the same file open.

    All methods raise LedgerFault when the file can't be read or written.
    """

    def __init__(self, database: aiosqlite.Connection) -> None:
        self._database = database

    async def known(self, message_ids: Sequence[str]) -> set[str]:
        """Those of `message_ids` that have been delivered."""
        return {str(row[0]) for row in await self._run(_KNOWN, (orjson.dumps(message_ids).decode(),))}

    async def reserve(self, message_ids: Sequence[str], at: float) -> set[str]:
        """Those of `message_ids`, each given once, that have been delivered; for the others room is made.

        They are about to be sent, at `at` (unix seconds), and not known before `add`. Those that there was room for
        before, and that may have been sent, are written anew: else a disk that has filled up would not be noticed.
        """
        made = await self._run(_RESERVE, (-at, orjson.dumps(message_ids).decode()))
        return set() if len(made) == len(message_ids) else await self.known(message_ids)

    async def add(self, message_ids: Sequence[str], at: float) -> None:
        """Note that Segment has acknowledged these, at `at` (unix seconds)."""
        await self._run(_PUT, (at, orjson.dumps(message_ids).decode()))

    async def prune(self, before: float) -> int:
        """Forget what was delivered before `before` (unix seconds); how many that were."""
        total = 0
        while True:
            # Rows are numbered as they came, so that the oldest come first without an index that every row would pay.
            gone = len(await self._run(_PRUNE, (PRUNED_AT_ONCE, before)))
            total += gone
            if gone < PRUNED_AT_ONCE:
                return total

    async def _run(self, statement: str, values: tuple[object, ...]) -> list[sqlite3.Row]:
        try:
            async with asyncio.timeout(TIMEOUT_S + 1):
                rows: Iterable[sqlite3.Row] = await self._database.execute_fetchall(statement, values)
        except (sqlite3.Error, TimeoutError) as problem:
            raise LedgerFault(f"the relay's ledger can't be used ({problem!r}): {_HINT}") from problem
        return list(rows)


@asynccontextmanager
async def open_ledger(path: Path) -> AsyncIterator[Ledger]:
    """The ledger at `path`, made if there is none. Raises LedgerFault when there can be none, or something else is."""
    async with prepared(path, TIMEOUT_S, partial(_prepare, path), partial(_unusable, path)) as database:
        yield Ledger(database)


async def _prepare(path: Path, database: aiosqlite.Connection) -> None:
    await _use_wal(database)
    # A crash of the process loses nothing; a power cut may cost the last rows, whose offsets are committed by then.
    await database.execute("PRAGMA synchronous = NORMAL")
    # Ids are at random places of a large file: to write those of two batches back at a time costs half the speed.
    await database.execute("PRAGMA wal_autocheckpoint = 10000")
    await database.execute("BEGIN IMMEDIATE")  # another relay may be making it right now
    found = await identity(database)
    if found == (0, 0) and await is_empty(database):
        await database.execute(_TABLE)
        await database.execute(f"PRAGMA application_id = {APPLICATION_ID}")
        await database.execute(f"PRAGMA user_version = {VERSION}")
    elif found == (APPLICATION_ID, 1):
        await database.execute(f"PRAGMA user_version = {VERSION}")
    elif found != (APPLICATION_ID, VERSION):
        raise LedgerFault(f"{path} is a SQLite file of something else: name another one in relay.ledger")
    await database.execute("COMMIT")


def _unusable(path: Path, problem: Exception) -> LedgerFault:
    return LedgerFault(f"{path} can't be used as the relay's ledger ({problem}): is relay.ledger right?")


async def _use_wal(database: aiosqlite.Connection) -> None:
    """SQLite does not wait for others at this, whatever the timeout."""
    async for attempt in AsyncRetrying(
        retry=retry_if_exception_type(sqlite3.OperationalError),
        stop=stop_after_delay(TIMEOUT_S),
        wait=wait_random(0.01, 0.1),
        reraise=True,
    ):
        with attempt:
            await database.execute("PRAGMA journal_mode = WAL")
