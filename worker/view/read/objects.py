"""Objects."""

from pathlib import Path

import aiosqlite
from msgspec import Struct

from worker.sqlite_file import number
from worker.view.database import reader
from worker.view.read.activities import cause_of, last_activities
from worker.view.read.attributes import attributes_of
from worker.view.read.documents import Member, Object, ObjectLine
from worker.view.read.identity import texts
from worker.workspace.keys import object_key, object_name, relationship_key

_COUNT = """
    SELECT count(*) FROM relationships JOIN people USING (cio_id)
    WHERE relationships.object_type_id = {0} AND relationships.object_id = {1}
    AND related AND merged_into IS NULL AND NOT deleted"""
_LINES = f"""
    SELECT object_type_id, name, object_id, ({_COUNT.format("objects.object_type_id", "objects.object_id")})
    FROM objects LEFT JOIN object_types USING (object_type_id) WHERE present
    AND (?1 IS NULL OR object_type_id = ?1) ORDER BY object_type_id, object_id LIMIT ?2"""
_TOTAL = "SELECT count(*) FROM objects WHERE present AND (?1 IS NULL OR object_type_id = ?1)"
_PEOPLE = """
    SELECT cio_id, id, email FROM relationships JOIN people USING (cio_id)
    WHERE object_type_id = ? AND object_id = ? AND related AND merged_into IS NULL AND NOT deleted
    ORDER BY cio_id LIMIT ?"""


class Named(Struct, frozen=True):
    """The name of an object."""

    object_type_id: str
    object_id: str


async def objects(path: Path, limit: int, object_type_id: str | None = None) -> list[ObjectLine]:
    """The first `limit` objects by type and id, of all types or of one."""
    async with reader(path) as database, database.execute(_LINES, (object_type_id, limit)) as cursor:
        return [ObjectLine(*row) for row in await cursor.fetchall()]


async def objects_total(path: Path, object_type_id: str | None = None) -> int:
    """How many objects there are, of all types or of one."""
    async with reader(path) as database:
        return await number(database, _TOTAL, (object_type_id,))


async def find_objects(database: aiosqlite.Connection, object_id: str, object_type_id: str | None) -> list[Named]:
    """The objects with this id, of any type or of one."""
    query = (
        "SELECT object_type_id FROM objects WHERE object_id = ?1 AND present AND (?2 IS NULL OR object_type_id = ?2)"
    )
    return [
        Named(found, object_id) for found in await texts(database, f"{query} ORDER BY 1", object_id, object_type_id)
    ]


async def nearest_objects(database: aiosqlite.Connection, object_id: str) -> list[str]:
    """Ids of objects that follow `object_id` in the alphabet or precede it."""
    after = "SELECT DISTINCT object_id FROM objects WHERE object_id > ? AND present ORDER BY 1 LIMIT 2"
    before = "SELECT DISTINCT object_id FROM objects WHERE object_id < ? AND present ORDER BY 1 DESC LIMIT 1"
    return [*await texts(database, before, object_id), *await texts(database, after, object_id)]


async def one_object(database: aiosqlite.Connection, named: Named, limit: int, activities: int) -> Object:
    """All about the object, which is there; up to `limit` of its people, and the last activities."""
    object_type_id, object_id = named.object_type_id, named.object_id
    name = object_name(object_type_id, object_id)
    query = """SELECT change FROM objects LEFT JOIN activities ON activities.number = created
        WHERE object_type_id = ? AND object_id = ?"""
    async with database.execute(query, (object_type_id, object_id)) as cursor:
        row = await cursor.fetchone()
    assert row is not None, f"{name} is not there"
    async with database.execute(_PEOPLE, (object_type_id, object_id, limit)) as cursor:
        related = list(await cursor.fetchall())
    names = await texts(database, "SELECT name FROM object_types WHERE object_type_id = ?", object_type_id)
    return Object(
        object_type_id,
        names[0] if names else None,
        object_id,
        created=cause_of(row[0]),
        attributes=await attributes_of(database, object_key(name)),
        people=[
            Member(cio_id, id_, email, await attributes_of(database, relationship_key(cio_id, name)))
            for cio_id, id_, email in related
        ],
        people_total=await number(database, _COUNT.format("?", "?"), (object_type_id, object_id)),
        activities=await last_activities(database, [object_key(name)], activities),
    )
