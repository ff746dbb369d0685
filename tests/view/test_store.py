import asyncio
import sqlite3
from pathlib import Path

import aiosqlite
import pytest

from tests.view.filling import fill, filler
from tests.view.records import START, Topic, cause, created
from worker.view.database import reader, writer
from worker.view.errors import ViewFault, ViewUnreadable
from worker.view.read.people import people
from worker.view.read.summary import summary
from worker.view.rows import HandleRow, Rows
from worker.view.schema import VERSION
from worker.view.store import Store
from worker.workspace.changes import DeviceChanged, HandleFreed, HandleSuppressed


def topic_of(*people_: str) -> Topic:
    topic = Topic()
    for cio_id in people_:
        topic.add(f"cio:{cio_id}", created(cio_id))
    return topic


async def test_a_place_is_kept_with_what_was_read(tmp_path: Path) -> None:
    path = tmp_path / "view.sqlite"
    await fill(path, topic_of("a", "b"))
    async with filler(path) as filling:
        assert filling.intake.positions == {0: 2}
        assert filling.intake.marks == {(0, b"people/0"): (2, 0)}
        assert filling.intake.number == 2


async def test_a_batch_is_written_whole_or_not_at_all(tmp_path: Path) -> None:
    path, topic = tmp_path / "view.sqlite", topic_of("a")
    await fill(path, topic)
    topic.add("cio:b", created("b"))
    async with writer(path) as database:
        store = Store(database)
        intake, rows = await store.take_over("changes"), Rows()
        intake.take(0, topic.partitions[0][1:], rows)
        rows.handles.append(HandleRow("id:x", True, None))  # type: ignore[arg-type]
        with pytest.raises(sqlite3.IntegrityError):
            await store.write(rows, intake)
    assert [line.cio_id for line in await people(path, 10)] == ["a"]
    async with filler(path) as filling:
        assert filling.intake.positions == {0: 1}
        await filling.catch_up(topic)
    assert {line.cio_id for line in await people(path, 10)} == {"a", "b"}


async def test_a_second_writer_takes_over_and_the_first_stops(tmp_path: Path) -> None:
    path, topic = tmp_path / "view.sqlite", topic_of("a")
    async with filler(path) as first:
        async with filler(path) as second:
            await second.catch_up(topic)
        with pytest.raises(ViewFault, match="another process"):
            await first.catch_up(topic)
    assert (await summary(path)).changes == 1


async def test_another_topic_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "view.sqlite"
    await fill(path, topic_of("a"))
    async with writer(path) as database:
        with pytest.raises(ViewFault, match="a copy of topic changes, not of others"):
            await Store(database).take_over("others")


async def test_another_version_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "view.sqlite"
    await fill(path, topic_of("a"))
    with sqlite3.connect(path) as database:
        database.execute(f"PRAGMA user_version = {VERSION + 1}")
    database.close()
    with pytest.raises(ViewFault, match=r"schema version \d+, and this program's is \d+. Delete the file"):
        async with writer(path):
            pass
    with pytest.raises(ViewUnreadable) as problem:
        async with reader(path):
            pass
    assert "delete the file" in problem.value.hint


@pytest.mark.parametrize("content", [b"no database at all, and longer than a header" * 10, None])
async def test_a_file_of_something_else_is_left_alone(content: bytes | None, tmp_path: Path) -> None:
    path = tmp_path / "view.sqlite"
    if content is None:
        with sqlite3.connect(path) as database:
            database.execute("CREATE TABLE theirs (x)")
        database.close()
    else:
        path.write_bytes(content)
    before = path.read_bytes()
    with pytest.raises(ViewFault):
        async with writer(path):
            pass
    with pytest.raises(ViewUnreadable):
        async with reader(path):
            pass
    assert path.read_bytes() == before


@pytest.mark.parametrize("name", ["", "file/below/view.sqlite"])
async def test_a_place_for_no_file_is_told(name: str, tmp_path: Path) -> None:
    (tmp_path / "file").write_text("x")
    path = tmp_path / name
    with pytest.raises(ViewFault, match=r"view\.path") as caught:
        async with writer(path):
            pass
    assert str(path) in str(caught.value)
    with pytest.raises(ViewUnreadable, match=r"no view|can.t be opened"):
        async with reader(path):
            pass


async def test_no_file_is_told(tmp_path: Path) -> None:
    with pytest.raises(ViewUnreadable, match="there is no view"):
        await summary(tmp_path / "none.sqlite")


@pytest.mark.parametrize("name", ["directory", "x" * 300])
async def test_what_can_not_be_opened_is_told(name: str, tmp_path: Path) -> None:
    (tmp_path / "directory").mkdir()
    with pytest.raises(ViewUnreadable, match="can't be opened") as problem:
        await summary(tmp_path / name)
    assert "check view.path" in problem.value.hint


def test_nothing_is_left_running_where_it_can_not_be_opened(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    failed: list[object] = []
    monkeypatch.setattr("threading.excepthook", failed.append)
    for _ in range(50):
        with pytest.raises(ViewUnreadable):
            asyncio.run(summary(tmp_path))
    assert not failed


async def test_integers_beyond_sqlites_are_kept_as_floats(tmp_path: Path) -> None:
    path, topic = tmp_path / "view.sqlite", Topic()
    for token, last_used in (("t1", 2**63), ("t2", -(2**63)), ("t3", 2**63 - 1), ("t4", START)):
        change = DeviceChanged(
            cause=cause("m"), token=token, cio_id="a", previous=None, platform="ios", last_used=last_used, attributes={}
        )
        topic.add(f"device:{token}", change)
    await fill(path, topic)
    async with reader(path) as database, database.execute("SELECT last_used FROM devices ORDER BY token") as cursor:
        assert [row[0] for row in await cursor.fetchall()] == [2.0**63, -(2.0**63), 2**63 - 1, START]


async def test_what_the_log_of_changes_grew_to_for_a_long_reader_is_given_back(tmp_path: Path) -> None:
    path = tmp_path / "view.sqlite"
    log = path.with_name("view.sqlite-wal")

    async def write(database: aiosqlite.Connection, kilobytes: int) -> None:
        await database.execute("INSERT INTO source SELECT hex(zeroblob(?)), 0, 0", (kilobytes * 512,))

    async with writer(path) as database:
        async with reader(path):
            for _ in range(3):
                await write(database, 40_000)
        assert log.stat().st_size > 120_000_000
        await write(database, 1)  # now it can be emptied
        await write(database, 1)
        assert log.stat().st_size < 70_000_000


async def test_a_handle_that_is_freed_later_leaves_no_row(tmp_path: Path) -> None:
    path, topic = tmp_path / "view.sqlite", Topic()
    left = []
    for change in (
        HandleSuppressed(cause=cause("m1", 1), handle="id:gone"),
        HandleFreed(cause=cause("m2", 2), handle="id:gone"),
    ):
        topic.add("id:gone", change)
        await fill(path, topic)
        async with reader(path) as database:
            left.append(list(await database.execute_fetchall("SELECT handle FROM handles")))
    assert [[row[0] for row in rows] for rows in left] == [["id:gone"], []]


async def test_the_log_of_a_device_goes_when_it_is_nobodys(tmp_path: Path) -> None:
    """Whose it was may be somebody who is deleted."""
    path, topic = tmp_path / "view.sqlite", Topic()
    left = []
    for at, cio_id in enumerate(("a", "b", None), 1):
        change = DeviceChanged(
            cause=cause("m", at), token="t", cio_id=cio_id, previous=None, platform="ios", last_used=at, attributes={}
        )
        topic.add("device:t", change)
        await fill(path, topic)
        async with reader(path) as database:
            left.append(len(list(await database.execute_fetchall("SELECT number FROM activities"))))
    assert left == [1, 2, 1]
