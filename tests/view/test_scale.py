"""What one change costs the view grows with what it changes, not with all that there is of its subject."""

import asyncio
from collections.abc import Callable, Sequence
from pathlib import Path

import aiosqlite
import pytest

from tests.support.recording import PlainRecord
from tests.view.records import START, Topic, cause, created
from worker.view import store as store_module
from worker.view.database import reader, writer
from worker.view.errors import ViewFault
from worker.view.read.identity import find_person
from worker.view.read.people import person
from worker.view.rows import Rows
from worker.view.store import Store
from worker.workspace.changes import (
    AnonymousRelinked,
    EventReceived,
    Identifiers,
    LinkSpan,
    PersonDeleted,
    PersonMerged,
)

STEPS = 100
"""Of SQLite's virtual machine, between two ticks of its clock."""


async def cost(path: Path, topic: Topic, last: Sequence[PlainRecord]) -> int:
    """How much work SQLite has with the last batch, after all of `topic`."""
    ticks = 0

    def tick() -> int:
        nonlocal ticks
        ticks += 1
        return 0

    async with writer(path) as database:
        store = Store(database)
        intake = await store.take_over("changes")
        for part in (topic.partitions[0][: -len(last)], last):
            rows = Rows()
            intake.take(0, part, rows)
            await database.set_progress_handler(tick if part is last else None, STEPS)  # type: ignore[arg-type]
            await store.write(rows, intake)
    return ticks


def event(cio_id: str, number: int, anonymous_id: str | None = None) -> EventReceived:
    return EventReceived(
        cause=cause(f"e{number}", number),
        cio_id=cio_id,
        event_type="event",
        name="Opened",
        id=f"e{number}",
        timestamp=START + number,
        attributes={},
        at=START + number,
        anonymous_id=anonymous_id,
    )


def deleted_after(merges: int, into: Callable[[int], int]) -> tuple[Topic, list[PlainRecord]]:
    """Person 0 has as many events as there are merges, each of `number` into whom `into` says; then it is deleted."""
    topic = Topic()
    topic.add("cio:0", created("0", "ada"))
    for number in range(1, merges + 1):
        topic.add("cio:0", event("0", number))
        topic.add(f"cio:{number}", created(str(number), f"old-{number}"))
        topic.add(f"cio:{number}", PersonMerged(cause=cause(f"m{number}"), cio_id=str(number), into=str(into(number))))
    gone = PersonDeleted(cause=cause("gone", 1e6), cio_id="0", identifiers=Identifiers("ada", None), suppressed=False)
    return topic, [topic.add("cio:0", gone)]


@pytest.mark.parametrize("into", [lambda number: 0, lambda number: number - 1], ids=["side by side", "in a row"])
async def test_a_deletion_goes_once_over_the_person_and_those_merged(
    into: Callable[[int], int], tmp_path: Path
) -> None:
    few = await cost(tmp_path / "few", *deleted_after(100, into))
    many = await cost(tmp_path / "many", *deleted_after(400, into))
    assert many < 6 * few


def shared(events: int) -> tuple[Topic, list[PlainRecord]]:
    """An anonymousId with so many events gets another event, and at the end another person."""
    topic = Topic()
    for number in range(events):
        topic.add("cio:a", event("a", number, "kiosk"))
    links = [LinkSpan("a", START, None)]
    topic.add("anonymous:kiosk", relinked("a", links))
    links = [*links, LinkSpan("b", START + events - 1, None)]
    return topic, [
        topic.add("cio:a", event("a", events, "kiosk")),
        topic.add("anonymous:kiosk", relinked("b", links)),
    ]


def relinked(cio_id: str, links: list[LinkSpan]) -> AnonymousRelinked:
    at = links[-1].since
    return AnonymousRelinked(
        cause=cause("l", at - START),
        anonymous_id="kiosk",
        cio_id=cio_id,
        at=at,
        linked_to=cio_id,
        links=links,
        previous="a",
    )


async def test_who_is_next_costs_nothing_of_what_was_before(tmp_path: Path) -> None:
    few = await cost(tmp_path / "few", *shared(100))
    many = await cost(tmp_path / "many", *shared(1000))
    assert many < 2 * few
    async with reader(tmp_path / "many") as database:
        moved = await database.execute_fetchall("SELECT owner FROM moved_events")
    assert [tuple(row) for row in moved] == [("b",), ("b",)]


def early_and_late(events: int) -> tuple[Topic, list[PlainRecord]]:
    """An anonymousId with so many events gets one of a time before all of them, and one of a time after them."""
    topic = Topic()
    topic.add("anonymous:kiosk", relinked("a", [LinkSpan("a", START, None)]))
    for number in range(1, events):
        topic.add("cio:a", event("a", number, "kiosk"))
    return topic, [topic.add("cio:a", event("a", at, "kiosk")) for at in (0, events)]


async def test_times_far_apart_cost_nothing_of_what_is_between_them(tmp_path: Path) -> None:
    few = await cost(tmp_path / "few", *early_and_late(100))
    many = await cost(tmp_path / "many", *early_and_late(1000))
    assert many < 2 * few


async def test_who_was_merged_over_and_over_is_found(tmp_path: Path) -> None:
    topic = Topic()
    for number in range(1, 1502):
        topic.add(f"cio:{number}", created(str(number), f"id-{number}"))
        into = str(number + 1)
        topic.add(f"cio:{number}", PersonMerged(cause=cause(f"m{number}"), cio_id=str(number), into=into))
    last = [topic.add("cio:1502", created("1502", "id-1502"))]
    await cost(tmp_path / "view", topic, last)
    async with reader(tmp_path / "view") as database:
        assert await find_person(database, "id-1") == "1502"
        found = await person(database, "1502", 50, 0)
    assert (len(found.merged), found.totals.merged) == (50, 1501)


async def test_a_batch_may_take_longer_than_other_work_with_the_file(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def much(database: aiosqlite.Connection, rows: Rows) -> None:
        await asyncio.sleep(1.5)

    monkeypatch.setattr(store_module, "TIMEOUT_S", 1.0)
    monkeypatch.setattr(store_module, "move", much)
    topic = Topic()
    await cost(tmp_path / "view", topic, [topic.add("cio:a", created("a"))])
    async with reader(tmp_path / "view") as database:
        assert await database.execute_fetchall("SELECT 1 FROM people")


async def test_what_takes_too_long_is_given_up_at_once(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    async def endless(database: aiosqlite.Connection, rows: Rows) -> None:
        await database.execute_fetchall("WITH RECURSIVE n AS (SELECT 1 UNION ALL SELECT 1 FROM n) SELECT sum(1) FROM n")

    monkeypatch.setattr(store_module, "WRITE_S", 0.2)
    monkeypatch.setattr(store_module, "move", endless)
    topic = Topic()
    with pytest.raises(ViewFault, match="in time"):
        async with asyncio.timeout(10):
            await cost(tmp_path / "view", topic, [topic.add("cio:a", created("a"))])
