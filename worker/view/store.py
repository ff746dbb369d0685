"""The view's file as its role writes it: a batch of changes is one transaction, with the place in the topic."""

import asyncio
import sqlite3
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Final

import aiosqlite

from worker.runtime.origin import Mark
from worker.sqlite_damage import is_damage
from worker.sqlite_file import number
from worker.view.database import TIMEOUT_S
from worker.view.errors import ViewFault
from worker.view.forgetting import forget
from worker.view.intake import Intake, Origins
from worker.view.moving import move
from worker.view.rows import Rows
from worker.view.statements import writes

WRITE_S: Final = 600.0
"""How long a batch may take to write. One change may be about millions of events, which a deletion removes or a late
identify gives to somebody else: to give up what goes on is no help, since it comes again with the next start."""

_POSITION: Final = """
    INSERT INTO positions VALUES (?, ?) ON CONFLICT (partition) DO UPDATE SET next_offset = excluded.next_offset"""
_MARK: Final = """
    INSERT INTO marks VALUES (?, ?, ?, ?) ON CONFLICT (partition, origin)
    DO UPDATE SET origin_offset = excluded.origin_offset, origin_index = excluded.origin_index"""


class Store:
    """Writes to the file as the generation that `take_over` has made; stops when there is a newer one."""

    def __init__(self, database: aiosqlite.Connection) -> None:
        self._database = database
        self._generation = 0

    async def take_over(self, topic: str) -> Intake:
        """Become the one that writes; where the file stands in the topic.

        Raises:
            ViewFault: when the file is a copy of another topic, or can't be read or written.
        """
        async with _in_time(self._database, TIMEOUT_S):
            await self._database.execute("BEGIN IMMEDIATE")
            async with self._database.execute("SELECT topic, generation FROM source") as cursor:
                row = await cursor.fetchone()
            if row is None:
                await self._database.execute("INSERT INTO source VALUES (?, 1, 0)", (topic,))
            elif row[0] != topic:
                raise ViewFault(
                    f"the view's file is a copy of topic {row[0]}, not of {topic}: name another one in view.path"
                )
            else:
                await self._database.execute("UPDATE source SET generation = generation + 1")
            self._generation = await number(self._database, "SELECT generation FROM source")
            last = await number(self._database, "SELECT number FROM source")
            intake = Intake(await self._positions(), await self._marks(), last)
            await self._database.execute("COMMIT")
        return intake

    async def write(self, rows: Rows, intake: Intake) -> None:
        """Write a batch, and where `intake` stands after it, as one transaction.

        Raises:
            ViewFault: when another process writes to the file, or it can't be written, or not in time. Close the
                connection then: the transaction is not ended.
        """
        database = self._database
        async with _in_time(database, WRITE_S):
            await database.execute("BEGIN IMMEDIATE")
            place = (intake.number, self._generation)
            updated = await database.execute("UPDATE source SET number = ? WHERE generation = ?", place)
            if updated.rowcount != 1:
                raise ViewFault("another process has begun to write to the view's file: run only one on it")
            for statement, values in writes(rows):
                if values:
                    await database.executemany(statement, values)
            await move(database, rows)
            await forget(database, rows)
            await database.executemany(_POSITION, list(intake.positions.items()))
            await database.executemany(
                _MARK, [(source[0], source[1].decode(), *intake.marks[source]) for source in intake.touched]
            )
            await database.execute("COMMIT")
        intake.touched.clear()

    async def _positions(self) -> dict[int, int]:
        async with self._database.execute("SELECT partition, next_offset FROM positions") as cursor:
            return {int(row[0]): int(row[1]) for row in await cursor.fetchall()}

    async def _marks(self) -> dict[Origins, Mark]:
        async with self._database.execute("SELECT * FROM marks") as cursor:
            return {(int(row[0]), str(row[1]).encode()): (int(row[2]), int(row[3])) for row in await cursor.fetchall()}


@asynccontextmanager
async def _in_time(database: aiosqlite.Connection, limit_s: float) -> AsyncIterator[None]:
    try:
        async with asyncio.timeout(limit_s):
            yield
    except TimeoutError as problem:
        await database.interrupt()  # else closing it waits, and says less than this
        raise ViewFault(
            f"the view's file was not read or written in time ({limit_s:g} s): is the disk at view.path well?"
        ) from problem
    except sqlite3.OperationalError as problem:
        raise ViewFault(
            f"the view's file can't be read or written ({problem!r}): is there room at view.path, and may this user "
            "write there?"
        ) from problem
    except sqlite3.DatabaseError as problem:
        if not is_damage(problem):
            raise
        raise ViewFault(
            f"the view's file is damaged ({problem}). Delete it: it is built again from the topic"
        ) from problem
