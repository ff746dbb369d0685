"""A view's file that can't be used is told, with what to do, by its role and by those who read it."""

import sqlite3
from collections.abc import Iterator
from contextlib import closing, suppress
from pathlib import Path

import aiosqlite
import pytest

from tests.view.filling import fill, filler
from tests.view.records import Topic, created
from worker.sqlite_file import identity
from worker.view import database as view_database
from worker.view.database import APPLICATION_ID, reader, writer
from worker.view.errors import ViewFault, ViewUnreadable
from worker.view.read.people import people
from worker.view.schema import TABLES

PAGE_BYTES = 4096


async def filled(path: Path) -> Path:
    topic = Topic()
    for number in range(300):
        topic.add(f"cio:p{number}", created(f"p{number}"))
    await fill(path, topic)
    return path


def spoil(path: Path, table: str) -> None:
    """Overwrite the root page of a table."""
    with closing(sqlite3.connect(path)) as database:
        (page,) = database.execute("SELECT rootpage FROM sqlite_master WHERE name = ?", (table,)).fetchone()
    with path.open("r+b") as file:
        file.seek((page - 1) * PAGE_BYTES)
        file.write(b"\xff" * PAGE_BYTES)


@pytest.fixture
def locked(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """A file of which somebody else lets nobody see anything."""
    monkeypatch.setattr(view_database, "TIMEOUT_S", 0.3)
    path = tmp_path / "view.sqlite"
    with closing(sqlite3.connect(path, isolation_level=None)) as other:
        other.execute("CREATE TABLE theirs (x)")
        other.execute("BEGIN EXCLUSIVE")
        yield path


async def test_a_damage_that_a_reader_meets_is_told(tmp_path: Path) -> None:
    path = await filled(tmp_path / "view.sqlite")
    spoil(path, "people")
    with pytest.raises(ViewUnreadable, match="is damaged") as problem:
        await people(path, 10)
    assert "delete the file" in problem.value.hint


async def test_a_damage_that_the_role_meets_when_it_writes_is_told(tmp_path: Path) -> None:
    path = await filled(tmp_path / "view.sqlite")
    spoil(path, "people")
    topic = Topic()
    async with filler(path) as filling:
        (at,) = filling.intake.positions.values()
        for number in range(at + 1):
            topic.add("cio:new", created(f"new{number}"))
        with pytest.raises(ViewFault, match=r"is damaged .*Delete it"):
            await filling.catch_up(topic)


async def test_a_file_cut_short_is_told_by_the_role_and_to_readers(tmp_path: Path) -> None:
    path = await filled(tmp_path / "view.sqlite")
    with path.open("r+b") as file:
        file.truncate(2 * PAGE_BYTES)
    with pytest.raises(ViewFault, match="delete the file"):
        async with writer(path):
            pass
    with pytest.raises(ViewUnreadable, match="is damaged"):
        await people(path, 10)


async def test_a_locked_file_is_told_to_readers(locked: Path) -> None:
    with pytest.raises(ViewUnreadable, match="can't be opened: database is locked"):
        await people(locked, 10)


async def test_an_empty_file_is_no_view_yet(tmp_path: Path) -> None:
    path = tmp_path / "view.sqlite"
    path.touch()
    with pytest.raises(ViewUnreadable, match="is empty") as problem:
        await people(path, 10)
    assert "start its role" in problem.value.hint


async def test_nobody_is_told_to_delete_a_file_of_something_else(tmp_path: Path) -> None:
    path = tmp_path / "ledger.sqlite"
    with closing(sqlite3.connect(path)) as database:
        database.execute("CREATE TABLE theirs (x)")
    with pytest.raises(ViewFault, match="something else: name another one"):
        async with writer(path):
            pass
    with pytest.raises(ViewUnreadable, match="something else") as problem:
        async with reader(path):
            pass
    assert problem.value.hint == "check view.path"


async def test_a_view_that_is_made_while_it_is_looked_at_is_empty_still(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "view.sqlite"
    path.touch()

    async def then_made(database: aiosqlite.Connection) -> tuple[int, int]:
        found = await identity(database)
        with closing(sqlite3.connect(path, timeout=0)) as role, suppress(sqlite3.OperationalError):
            role.executescript(f"BEGIN; {TABLES} PRAGMA application_id = {APPLICATION_ID}; COMMIT")
        return found

    monkeypatch.setattr(view_database, "identity", then_made)
    with pytest.raises(ViewUnreadable, match="is empty"):
        await people(path, 10)
