"""Files that are made, opened and prepared in one way."""

import asyncio
import os
import sqlite3
from pathlib import Path

import aiosqlite
import pytest

from worker.sqlite_file import prepared


class Unusable(Exception):
    """What the owner of the file makes of a problem."""


async def nothing(database: aiosqlite.Connection) -> None:
    """It needs no preparing."""


async def table(database: aiosqlite.Connection) -> None:
    await database.execute("CREATE TABLE IF NOT EXISTS t (x)")


async def no_sql(database: aiosqlite.Connection) -> None:
    await database.execute("no SQL")


async def hangs(database: aiosqlite.Connection) -> None:
    await asyncio.sleep(60)


async def test_nobody_else_can_read_it_whatever_the_umask(tmp_path: Path) -> None:
    before = os.umask(0)
    try:
        async with prepared(tmp_path / "file.sqlite", 5, nothing, Unusable) as database:
            await database.executescript("PRAGMA journal_mode = WAL; CREATE TABLE t (x)")
            modes = {path.name: path.stat().st_mode & 0o777 for path in tmp_path.iterdir()}
    finally:
        os.umask(before)
    assert modes == dict.fromkeys(("file.sqlite", "file.sqlite-wal", "file.sqlite-shm"), 0o600)


async def test_rights_that_were_given_stay(tmp_path: Path) -> None:
    path = tmp_path / "file.sqlite"
    async with prepared(path, 5, table, Unusable):
        path.chmod(0o640)
    async with prepared(path, 5, table, Unusable):
        assert path.stat().st_mode & 0o777 == 0o640


async def test_it_is_made_with_its_directory_and_found_again(tmp_path: Path) -> None:
    path = tmp_path / "new" / "file.sqlite"
    for _ in range(2):
        async with prepared(path, 5, table, Unusable) as database:
            await database.execute("INSERT INTO t VALUES (1)")
    with sqlite3.connect(path) as found:
        assert found.execute("SELECT count(*) FROM t").fetchone() == (2,)
    found.close()


async def test_what_cannot_be_made_is_unusable(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(Unusable, match="file"):
        async with prepared(tmp_path / "file" / "below", 5, nothing, Unusable):
            pytest.fail("it was opened")


async def test_what_cannot_be_prepared_is_unusable(tmp_path: Path) -> None:
    with pytest.raises(Unusable, match="syntax"):
        async with prepared(tmp_path / "file", 5, no_sql, Unusable):
            pytest.fail("it was prepared")


async def test_what_hangs_is_unusable_and_says_for_how_long(tmp_path: Path) -> None:
    with pytest.raises(Unusable, match=r"no answer within 1 s"):
        async with prepared(tmp_path / "file", 1, hangs, Unusable):
            pytest.fail("it was prepared")


async def test_an_error_of_the_block_is_its_own(tmp_path: Path) -> None:
    with pytest.raises(sqlite3.OperationalError, match="syntax"):
        async with prepared(tmp_path / "file", 5, nothing, Unusable) as database:
            await no_sql(database)
