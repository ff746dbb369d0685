"""People."""

from pathlib import Path

import aiosqlite

from worker.sqlite_file import number
from worker.view.database import reader
from worker.view.read.activities import cause_of, last_activities
from worker.view.read.attributes import attributes_of
from worker.view.read.devices import devices_of
from worker.view.read.documents import Person, PersonLine, Relationship, Totals
from worker.view.read.identity import listed, members, subjects, texts
from worker.workspace.keys import object_name, profile_key, relationship_key

_NEWEST = """
    SELECT cio_id, id, email, created FROM people WHERE merged_into IS NULL AND NOT deleted
    ORDER BY created DESC, cio_id DESC LIMIT ?"""
_TOTAL = "SELECT count(*) FROM people WHERE merged_into IS NULL AND NOT deleted"
_RELATIONSHIPS = """
    SELECT object_type_id, object_id, change FROM relationships LEFT JOIN activities ON activities.number = since
    WHERE cio_id = ? AND related ORDER BY object_type_id, object_id LIMIT ?"""
_EVENTS = """
    SELECT count(DISTINCT digest) FROM (
        SELECT digest FROM events WHERE cio_id IN (SELECT value FROM json_each(?1))
        AND number NOT IN (SELECT number FROM moved_events)
        UNION ALL SELECT digest FROM moved_events JOIN events USING (number)
        WHERE owner IN (SELECT value FROM json_each(?1)))"""
_THEIRS = "(SELECT value FROM json_each(?))"


async def people(path: Path, limit: int) -> list[PersonLine]:
    """The `limit` people that were created last, the newest first."""
    async with reader(path) as database, database.execute(_NEWEST, (limit,)) as cursor:
        return [PersonLine(*row) for row in await cursor.fetchall()]


async def people_total(path: Path) -> int:
    """How many people there are."""
    async with reader(path) as database:
        return await number(database, _TOTAL)


async def person(database: aiosqlite.Connection, cio_id: str, limit: int, activities: int) -> Person:
    """All about the person, who is there and not merged; up to `limit` of each list, and the last activities."""
    profiles = await members(database, cio_id)
    theirs = listed(profiles)
    query = "SELECT id, email, created FROM people WHERE cio_id = ?"
    async with database.execute(query, (cio_id,)) as cursor:
        row = await cursor.fetchone()
    assert row is not None, f"{cio_id} is not there"
    identified = await number(database, f"SELECT max(identified) FROM people WHERE cio_id IN {_THEIRS}", (theirs,))
    return Person(
        cio_id,
        id=row[0],
        email=row[1],
        created=row[2],
        identified=bool(identified),
        merged=profiles[1 : limit + 1],
        attributes=await attributes_of(database, profile_key(cio_id)),
        anonymous_ids=await texts(
            database, "SELECT anonymous_id FROM anonymous_ids WHERE cio_id = ? ORDER BY 1 LIMIT ?", cio_id, limit
        ),
        devices=await devices_of(database, profiles, limit),
        relationships=await _relationships(database, cio_id, limit),
        totals=Totals(
            merged=len(profiles) - 1,
            events=await number(database, _EVENTS, (theirs,)),
            devices=await number(database, f"SELECT count(*) FROM devices WHERE cio_id IN {_THEIRS}", (theirs,)),
            relationships=await number(
                database, "SELECT count(*) FROM relationships WHERE cio_id = ? AND related", (cio_id,)
            ),
            anonymous_ids=await number(database, "SELECT count(*) FROM anonymous_ids WHERE cio_id = ?", (cio_id,)),
        ),
        activities=await last_activities(database, await subjects(database, cio_id), activities),
    )


async def _relationships(database: aiosqlite.Connection, cio_id: str, limit: int) -> list[Relationship]:
    async with database.execute(_RELATIONSHIPS, (cio_id, limit)) as cursor:
        rows = list(await cursor.fetchall())
    return [
        Relationship(
            object_type_id,
            object_id,
            cause_of(change),
            await attributes_of(database, relationship_key(cio_id, object_name(object_type_id, object_id))),
        )
        for object_type_id, object_id, change in rows
    ]
