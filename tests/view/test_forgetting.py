"""A deletion forgets all about a person, in whatever order the changes of different subjects come."""

import sqlite3
from collections.abc import Sequence
from pathlib import Path

import pytest

from tests.view.example import ADA, BOB, OLD, attributes, example
from tests.view.filling import fill, filler
from tests.view.records import START, Topic, cause, created
from worker.view.read.people import people
from worker.workspace.changes import (
    AnonymousLinked,
    DeviceChanged,
    EventReceived,
    EventsMoved,
    Identifiers,
    IdentifiersChanged,
    IgnoredSuppressed,
    LinkSpan,
    ObjectDeleted,
    PersonDeleted,
    PersonMerged,
    RelationshipChanged,
)


def rows(path: Path, query: str) -> Sequence[tuple[object, ...]]:
    database = sqlite3.connect(path)
    found = database.execute(query).fetchall()
    database.close()
    return found


def deleted(cio_id: str, *, by: str = "m-del", at: float = 50) -> PersonDeleted:
    names = Identifiers("ada", "Ada@Example.com")
    return PersonDeleted(cause=cause(by, at), cio_id=cio_id, identifiers=names, suppressed=False)


async def test_nothing_of_a_deleted_person_is_left(tmp_path: Path) -> None:
    path, topic = tmp_path / "view.sqlite", example()
    before, after = Identifiers("ada", "then@example.com"), Identifiers("ada", "Ada@Example.com")
    topic.add(f"cio:{ADA}", IdentifiersChanged(cause=cause("m11", 11), cio_id=ADA, before=before, after=after))
    topic.add(f"cio:{ADA}", deleted(ADA))
    gone = DeviceChanged(
        cause=cause("m-del", 50), token="phone-1", cio_id=None, previous=ADA, platform="ios", last_used=1, attributes={}
    )
    topic.add("device:phone-1", gone)
    await fill(path, topic)
    assert [line.cio_id for line in await people(path, 10)] == [BOB]
    dump = "\n".join(str(row) for table in TABLES for row in rows(path, f"SELECT * FROM {table}"))
    for trace in (
        "ada@example.com",
        "old@example.com",
        "then@example.com",
        "+44",
        "London",
        "Order Completed",
        "admin",
        '"app"',
    ):
        assert trace.lower() not in dump.lower(), trace
    assert rows(path, f"SELECT type FROM activities WHERE subject IN ('cio:{ADA}', 'cio:{OLD}')") == [
        ("person_deleted",)
    ]


TABLES = ("activities", "people", "attributes", "events", "relationships", "anonymous_ids", "devices", "formers")


@pytest.mark.parametrize("batches", [1, 2])
async def test_who_was_merged_into_a_deleted_person_is_forgotten_later(batches: int, tmp_path: Path) -> None:
    path, topic = tmp_path / "view.sqlite", Topic()
    topic.add("cio:a", created("a", "ada"))
    topic.add("cio:a", deleted("a"))
    async with filler(path) as filling:
        if batches == 2:
            await filling.catch_up(topic)
        topic.add("cio:b", created("b", "b@x.org"), 1)
        topic.add("cio:b", attributes("b", "m2", 2, {"secret": 1}), 1)
        topic.add("cio:c", created("c"), 1)
        topic.add("cio:c", PersonMerged(cause=cause("m3", 3), cio_id="c", into="b"), 1)
        topic.add("cio:b", PersonMerged(cause=cause("m4", 4), cio_id="b", into="a"), 1)
        await filling.catch_up(topic)
    assert rows(path, "SELECT cio_id, id, email, deleted FROM people ORDER BY 1") == [
        ("a", None, None, 1),
        ("b", None, None, 1),
        ("c", None, None, 1),
    ]
    assert rows(path, "SELECT * FROM attributes") == []
    assert rows(path, "SELECT type FROM activities") == [("person_deleted",)]


@pytest.mark.parametrize("handle_first", [True, False])
async def test_what_is_refused_after_the_deletion_stays_told(handle_first: bool, tmp_path: Path) -> None:
    path, person, handle = tmp_path / "view.sqlite", Topic(), Topic()
    person.add("cio:a", created("a", "ada"))
    person.add("cio:a", deleted("a"))
    refused = [IgnoredSuppressed(cause=cause(f"m{at}", at), subject="id:ada", call="event") for at in (40, 60)]
    for each in refused:
        handle.add("id:ada", each, 1)
    async with filler(path) as filling:
        for topic in (handle, person) if handle_first else (person, handle):
            await filling.catch_up(topic)
    told = rows(path, "SELECT type, arrived FROM activities WHERE subject = 'id:ada'")
    assert told == [("ignored_suppressed", START + 60)]


async def test_also_where_it_is_read_with_the_deletion(tmp_path: Path) -> None:
    path, topic = tmp_path / "view.sqlite", Topic()
    topic.add("cio:a", created("a", "ada"))
    topic.add("cio:a", deleted("a"))
    topic.add("cio:a", IgnoredSuppressed(cause=cause("m60", 60), subject="cio:a", call="event"))
    await fill(path, topic)
    assert rows(path, "SELECT type FROM activities") == [("person_deleted",), ("ignored_suppressed",)]


@pytest.mark.parametrize("handles_first", [True, False])
@pytest.mark.parametrize("primary_first", [True, False])
async def test_so_are_the_logs_of_former_names_and_of_those_of_merged_people(
    handles_first: bool, primary_first: bool, tmp_path: Path
) -> None:
    path, primary, merged, handles = tmp_path / "view.sqlite", Topic(), Topic(), Topic()
    primary.add("cio:a", created("a", "ada", "first@x.io"))
    changed = Identifiers("ada", "first@x.io"), Identifiers("ada", "Ada@Example.com")
    primary.add("cio:a", IdentifiersChanged(cause=cause("m10", 10), cio_id="a", before=changed[0], after=changed[1]))
    primary.add("cio:a", deleted("a"))
    merged.add("cio:b", created("b", None, "B@x.io"), 1)
    merged.add("cio:b", PersonMerged(cause=cause("m4", 4), cio_id="b", into="a"), 1)
    merged.add("cio:c", created("c", "c"), 1)
    merged.add("cio:c", PersonMerged(cause=cause("m3", 3), cio_id="c", into="b"), 1)
    names = ("id:ada", "email:first@x.io", "email:b@x.io", "id:c")
    for at in (5, 20, 60):
        for name in names:
            handles.add(name, IgnoredSuppressed(cause=cause(f"m{at}", at), subject=name, call="event"), 2)
    people_ = [primary, merged] if primary_first else [merged, primary]
    async with filler(path) as filling:
        for topic in [handles, *people_] if handles_first else [*people_, handles]:
            await filling.catch_up(topic)
    left = rows(path, "SELECT subject, arrived FROM activities WHERE type = 'ignored_suppressed' ORDER BY 1, 2")
    assert left == [
        ("email:b@x.io", START + 60),
        ("email:first@x.io", START + 20),  # it was nobody's by then
        ("email:first@x.io", START + 60),
        ("id:ada", START + 60),
        ("id:c", START + 60),
    ]


@pytest.mark.parametrize("primary_first", [True, False])
async def test_what_a_merged_person_tells_after_that_is_forgotten_too(primary_first: bool, tmp_path: Path) -> None:
    path, primary, merged = tmp_path / "view.sqlite", Topic(), Topic()
    primary.add("cio:a", created("a", "ada"))
    primary.add("cio:a", deleted("a"))
    merged.add("cio:b", created("b", "bob"), 1)
    merged.add("cio:b", PersonMerged(cause=cause("m4", 4), cio_id="b", into="a"), 1)
    moved = EventsMoved(cause=cause("m9", 9), cio_id="b", anonymous_id="anon", since=None, until=START, owner="c")
    async with filler(path) as filling:
        for topic in [primary, merged] if primary_first else [merged, primary]:
            await filling.catch_up(topic)
            if topic is merged:
                merged.add("cio:b", moved, 1)
                await filling.catch_up(topic)
    assert rows(path, "SELECT subject, type FROM activities") == [("cio:a", "person_deleted")]


WHOSE = "SELECT coalesce(owner, cio_id), at FROM events LEFT JOIN moved_events USING (number) ORDER BY 1, 2"


def event(cio_id: str, number: int) -> EventReceived:
    return EventReceived(
        cause=cause(f"m{number}", number), cio_id=cio_id, event_type="event", name="Seen", id=f"m{number}",
        timestamp=number, attributes={}, at=START + number, anonymous_id="anon",
    )  # fmt: skip


def linked(*links: LinkSpan) -> AnonymousLinked:
    return AnonymousLinked(
        cause=cause("late"), anonymous_id="anon", cio_id="b", at=START, linked_to=None, links=[*links]
    )


A, B = LinkSpan("a", START, None), LinkSpan("b", START + 1, None)
A_AGAIN = LinkSpan("a", START + 3, None)


@pytest.mark.parametrize("links_first", [True, False])
async def test_events_are_those_of_whom_the_links_name(links_first: bool, tmp_path: Path) -> None:
    path, topic = tmp_path / "view.sqlite", Topic()
    if links_first:
        topic.add("anonymous:anon", linked(A, B, A_AGAIN))
    for number in range(5):
        topic.add("cio:a", event("a", number))
    topic.add("cio:b", event("b", 6))
    if not links_first:
        topic.add("anonymous:anon", linked(A))
        topic.add("anonymous:anon", linked(A, B, A_AGAIN))
    await fill(path, topic)
    assert rows(path, WHOSE) == [
        ("a", START),
        ("a", START + 3),
        ("a", START + 4),
        ("a", START + 6),
        ("b", START + 1),
        ("b", START + 2),
    ]
    assert rows(path, "SELECT count(*) FROM activities WHERE subject = 'cio:b'") == [(2,)]


@pytest.mark.parametrize("deletion_first", [True, False])
async def test_what_came_under_an_anonymous_id_is_forgotten_by_its_links(deletion_first: bool, tmp_path: Path) -> None:
    path, topic = tmp_path / "view.sqlite", Topic()
    gone = LinkSpan("b", START + 2, START + 3)
    topic.add("cio:b", created("b"))
    if deletion_first:
        topic.add("cio:b", deleted("b"))
    for number in range(5):
        topic.add("cio:a", event("a", number))
    topic.add("cio:b", event("b", 3))
    async with filler(path) as filling:
        await filling.catch_up(topic)
        if not deletion_first:
            topic.add("cio:b", deleted("b"))
        topic.add("anonymous:anon", linked(A, gone))
        await filling.catch_up(topic)
        assert rows(path, WHOSE) == [("a", START), ("a", START + 1), ("a", START + 4)]
        assert rows(path, "SELECT count(*) FROM activities WHERE type = 'event_received'") == [(3,)]
        topic.add("anonymous:anon", linked(A, gone, LinkSpan("c", START + 4, None)))
        await filling.catch_up(topic)
    assert rows(path, WHOSE) == [("a", START), ("a", START + 1), ("c", START + 4)]


@pytest.mark.parametrize("at_once", [True, False])
async def test_a_relationship_that_ended_and_an_object_that_was_deleted_leave_no_attributes(
    tmp_path: Path, at_once: bool
) -> None:
    path, topic = tmp_path / "view.sqlite", example()
    if not at_once:
        await fill(path, topic)
    topic.add("object:1/acme", ObjectDeleted(
        cause=cause("m20", 20), object_type_id="1", object_id="acme", exists=False, removed=[]
    ))  # fmt: skip
    topic.add(f"cio:{ADA}", RelationshipChanged(
        cause=cause("m20", 20), cio_id=ADA, object_type_id="1", object_id="acme", related=False, was_related=True,
        set={}, removed=[], before={}, outdated={},
    ))  # fmt: skip
    await fill(path, topic)
    assert rows(path, "SELECT DISTINCT subject FROM attributes ORDER BY 1") == [(f"cio:{ADA}",), (f"cio:{OLD}",)]
    assert rows(path, "SELECT * FROM relationships") == rows(path, "SELECT * FROM objects") == []
