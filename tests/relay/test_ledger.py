"""The ledger, in real files."""

import asyncio
import sqlite3
from pathlib import Path

import aiosqlite
import pytest

from worker.relay import ledger as module
from worker.relay.errors import LedgerFault
from worker.relay.ledger import VERSION, open_ledger


async def test_what_was_delivered_is_known_also_after_a_restart(tmp_path: Path) -> None:
    path = tmp_path / "below" / "relay.sqlite"
    async with open_ledger(path) as ledger:
        assert await ledger.known(["a", "b"]) == set()
        await ledger.add(["a", "ü☃"], 100.0)
        assert await ledger.known(["a", "b", "ü☃"]) == {"a", "ü☃"}
    async with open_ledger(path) as ledger:
        assert await ledger.known(["a", "b", "ü☃"]) == {"a", "ü☃"}
        assert await ledger.known([]) == set()


async def test_adding_again_changes_nothing(tmp_path: Path) -> None:
    async with open_ledger(tmp_path / "l") as ledger:
        await ledger.add(["a", "a"], 100.0)
        await ledger.add(["a", "b"], 200.0)
        assert await ledger.prune(150.0) == 1
        assert await ledger.known(["a", "b"]) == {"b"}


async def test_room_that_was_made_before_is_asked_for_again(tmp_path: Path) -> None:
    """What was sent and could not be noted is not sent with every further start while the disk is full."""
    path = tmp_path / "l"
    async with open_ledger(path) as ledger:
        await ledger.reserve(["a", "b"], 100.0)
        await ledger.add(["b"], 100.0)
    async with open_ledger(path) as ledger:
        assert await ledger.reserve(["a", "b"], 200.0) == {"b"}
    with sqlite3.connect(path) as database:
        assert database.execute("SELECT message_id, at FROM delivered").fetchall() == [("a", -200.0), ("b", 100.0)]
    database.close()


async def test_room_that_was_just_made_is_not_given_up(tmp_path: Path) -> None:
    async with open_ledger(tmp_path / "l") as ledger:
        await ledger.reserve(["a"], 100.0)
        await ledger.reserve(["b"], 200.0)
        assert await ledger.prune(150.0) == 1
        assert await ledger.prune(150.0) == 0


async def test_what_room_was_made_for_is_not_known_until_it_is_added(tmp_path: Path) -> None:
    async with open_ledger(tmp_path / "l") as ledger:
        await ledger.add(["a"], 100.5)
        assert await ledger.reserve(["a", "b", "c"], 200.5) == {"a"}
        assert await ledger.reserve(["b", "c"], 250.5) == set()
        assert await ledger.known(["a", "b", "c"]) == {"a"}
        await ledger.add(["b"], 300.5)
        assert await ledger.known(["a", "b", "c"]) == {"a", "b"}
        assert await ledger.prune(251.0) == 2
        assert await ledger.known(["a", "b", "c"]) == {"b"}


async def test_what_room_was_made_for_can_be_added_where_no_page_is_left(tmp_path: Path) -> None:
    ids = [f"cio-webhook-{number:09}" for number in range(2000)]
    async with open_ledger(tmp_path / "l") as ledger:
        await ledger.reserve(ids, 1700000000.25)
        await ledger._database.execute("PRAGMA max_page_count = 1")
        await ledger.add(ids, 1700000001.75)
        assert await ledger.known(ids) == set(ids)
        with pytest.raises(LedgerFault, match="has its disk room"):
            await ledger.reserve([f"{one}-more" for one in ids], 1700000002.25)
        assert await ledger.known([f"{one}-more" for one in ids]) == set()


async def test_a_ledger_of_the_version_before_is_used_on(tmp_path: Path) -> None:
    async with open_ledger(tmp_path / "l") as ledger:
        await ledger.add(["a"], 100.0)
        await ledger._database.execute("PRAGMA user_version = 1")
    async with open_ledger(tmp_path / "l") as ledger:
        assert await ledger.known(["a"]) == {"a"}
        ((version,),) = await ledger._database.execute_fetchall("PRAGMA user_version")
        assert version == VERSION


async def test_pruning_forgets_what_is_old_and_only_that(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "PRUNED_AT_ONCE", 10)
    async with open_ledger(tmp_path / "l") as ledger:
        for number in range(35):
            await ledger.add([f"m{number}"], float(number))
        assert await ledger.prune(25.0) == 25
        assert await ledger.prune(25.0) == 0
        assert await ledger.known([f"m{number}" for number in range(35)]) == {f"m{number}" for number in range(25, 35)}


async def test_several_relays_share_a_file(tmp_path: Path) -> None:
    path = tmp_path / "l"
    async with open_ledger(path) as one, open_ledger(path) as two:
        await one.add(["a"], 1.0)
        assert await two.known(["a"]) == {"a"}
        await two.add(["b"], 1.0)
        assert await one.known(["a", "b"]) == {"a", "b"}


async def test_several_relays_make_the_file_together(tmp_path: Path) -> None:
    async def made(path: Path, number: int) -> None:
        async with open_ledger(path) as ledger:
            await ledger.add([f"m{number}"], 1.0)

    for attempt in range(10):
        path = tmp_path / str(attempt)
        await asyncio.gather(*(made(path, number) for number in range(4)))
        async with open_ledger(path) as ledger:
            assert len(await ledger.known([f"m{number}" for number in range(4)])) == 4


async def test_it_survives_a_kill_with_all_that_was_added(tmp_path: Path) -> None:
    path = tmp_path / "l"
    async with open_ledger(path) as ledger:
        await ledger.add(["a"], 1.0)
        for name in ("l", "l-wal"):  # the file as a kill would leave it now
            (tmp_path / f"killed-{name}").write_bytes((tmp_path / name).read_bytes())
    async with open_ledger(tmp_path / "killed-l") as ledger:
        assert await ledger.known(["a"]) == {"a"}


async def test_another_file_is_refused(tmp_path: Path) -> None:
    text, other = tmp_path / "text", tmp_path / "other"
    text.write_text("no database, but long enough to look like one " * 20)
    async with aiosqlite.connect(other) as database:
        await database.execute("CREATE TABLE t (x)")
    for path in (text, other):
        with pytest.raises(LedgerFault, match=r"relay\.ledger"):
            async with open_ledger(path):
                pass


@pytest.mark.parametrize("name", ["", "file/below/ledger"])
async def test_a_place_for_no_file_is_told(name: str, tmp_path: Path) -> None:
    (tmp_path / "file").write_text("x")
    path = tmp_path / name
    with pytest.raises(LedgerFault, match=r"relay\.ledger") as caught:
        async with open_ledger(path):
            pass
    assert str(path) in str(caught.value)


async def test_what_it_cannot_do_it_says(tmp_path: Path) -> None:
    path = tmp_path / "l"
    async with open_ledger(path) as ledger:
        other = sqlite3.connect(path)
        other.execute("DROP TABLE delivered")
        other.close()
        with pytest.raises(LedgerFault, match="ledger"):
            await ledger.known(["a"])
