"""The view in the shape of `simulate`'s document (worker/workspace/picture/shown.py), to compare the two."""

from pathlib import Path

import aiosqlite
import msgspec

from worker.jsontypes import Json, JsonObject
from worker.view.database import reader
from worker.view.read.documents import Person, Relationship, Value
from worker.view.read.identity import members, primary, texts
from worker.view.read.objects import Named, objects, one_object
from worker.view.read.people import people, person
from worker.workspace.changes import EventReceived
from worker.workspace.picture.shown import NO_ATTRIBUTES

ALL = 1_000_000


async def view_shown(path: Path) -> JsonObject:
    """All but the activities."""
    lines = await people(path, ALL)
    async with reader(path) as database:
        persons: list[JsonObject] = [await _person(database, line.cio_id) for line in lines]
        return {
            "people": [*sorted(persons, key=_order)],
            "objects": [*await _objects(path, database)],
            "object_types": [
                {"object_type_id": row[0], "name": row[1]}
                for row in await _rows(database, "SELECT object_type_id, name FROM object_types ORDER BY 1")
            ],
            "anonymous": [
                {
                    "anonymous_id": row[0],
                    "linked_to": None if row[1] is None else await primary(database, str(row[1])),
                    "waiting": row[2] or 0,
                }
                for row in await _rows(database, "SELECT anonymous_id, linked_to, waiting FROM anonymous ORDER BY 1")
            ],
            "suppressed": [*await texts(database, "SELECT handle FROM handles WHERE suppressed ORDER BY 1")],
        }


async def _person(database: aiosqlite.Connection, cio_id: str) -> JsonObject:
    found = await person(database, cio_id, ALL, 0)
    assert found.totals.devices == len(found.devices)
    assert found.totals.relationships == len(found.relationships)
    assert found.totals.anonymous_ids == len(found.anonymous_ids)
    events = await _events(database, await members(database, cio_id))
    assert found.totals.events == len(events)
    attributes = _plain(found.attributes)
    return {
        "cio_id": cio_id,
        "id": found.id,
        "email": attributes.get("email") if found.email is None else found.email,
        "attributes": {name: value for name, value in attributes.items() if name not in NO_ATTRIBUTES},
        "anonymous_ids": [*found.anonymous_ids],
        "devices": [*_devices(found)],
        "relationships": [_relationship(one) for one in found.relationships],
        "events": [*events],
    }


async def _objects(path: Path, database: aiosqlite.Connection) -> list[Json]:
    found: list[Json] = []
    for line in await objects(path, ALL):
        named = Named(line.object_type_id, line.object_id)
        one = await one_object(database, named, ALL, 0)
        assert one.people_total == len(one.people) == line.people
        found.append({**_names(named), "attributes": _plain(one.attributes)})
    return found


async def _events(database: aiosqlite.Connection, cio_ids: list[str]) -> list[Json]:
    once: dict[tuple[str, str, str], EventReceived] = {}
    for cio_id in cio_ids:
        query = """SELECT change FROM activities JOIN events USING (number) LEFT JOIN moved_events USING (number)
            WHERE coalesce(owner, cio_id) = ?"""
        for text in await texts(database, query, cio_id):
            event = msgspec.json.decode(text, type=EventReceived)
            once[event.event_type, event.name, event.id] = event
    return [
        {"type": each.event_type, "name": each.name, "id": each.id, "timestamp": each.timestamp}
        | {"attributes": each.attributes}
        for each in sorted(once.values(), key=lambda one: (one.timestamp, one.id, one.event_type, one.name))
    ]


def _devices(person_: Person) -> list[Json]:
    return [
        {"token": one.token, "platform": one.platform, "last_used": one.last_used, "attributes": one.attributes}
        for one in person_.devices
    ]


def _relationship(one: Relationship) -> JsonObject:
    return {**_names(Named(one.object_type_id, one.object_id)), "attributes": _plain(one.attributes)}


def _names(named: Named) -> JsonObject:
    return {"object_type_id": named.object_type_id, "object_id": named.object_id}


def _plain(attributes: dict[str, Value]) -> JsonObject:
    return {name: one.value for name, one in attributes.items()}


async def _rows(database: aiosqlite.Connection, query: str) -> list[aiosqlite.Row]:
    async with database.execute(query) as cursor:
        return list(await cursor.fetchall())


def _order(one: JsonObject) -> tuple[bool, str, str, str]:
    return one["id"] is None, str(one["id"] or ""), str(one["email"] or "").lower(), str(one["cio_id"])
