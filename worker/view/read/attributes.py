"""Attributes with what set them."""

import aiosqlite
import msgspec

from worker.jsontypes import Json
from worker.view.read.activities import cause_of
from worker.view.read.documents import Value
from worker.workspace.keys import PROFILE, profile_key, relationship_key

_SHOWN = """
    SELECT name, value, source, change FROM attributes LEFT JOIN activities USING (number)
    WHERE attributes.subject = ? AND value IS NOT NULL ORDER BY name"""
_SOURCE = """
    SELECT source, change FROM attributes LEFT JOIN activities USING (number)
    WHERE attributes.subject = ? AND name = ?"""

_SOURCES_MAX = 100
"""Merges that are followed back to the event that set an attribute."""


async def attributes_of(database: aiosqlite.Connection, subject: str) -> dict[str, Value]:
    """The attributes of a person (`cio:…`), an object or a relationship, by name."""
    found: dict[str, Value] = {}
    async with database.execute(_SHOWN, (subject,)) as cursor:
        for name, value, source, change in await cursor.fetchall():
            decoded: Json = msgspec.json.decode(value)
            found[name] = Value(decoded, cause_of(change), source)
    for name, value in found.items():
        if value.merged_from is not None:
            found[name] = await _traced(database, subject, name, value)
    return found


async def _traced(database: aiosqlite.Connection, subject: str, name: str, value: Value) -> Value:
    """With the event that set it in the profile it was merged from, where that is still known."""
    source, set_by = value.merged_from, value.set_by
    for _ in range(_SOURCES_MAX):
        if source is None:
            break
        async with database.execute(_SOURCE, (_of_profile(source, subject), name)) as cursor:
            row = await cursor.fetchone()
        if row is None:
            break
        source, set_by = row[0], cause_of(row[1])
    return Value(value.value, set_by, value.merged_from)


def _of_profile(cio_id: str, subject: str) -> str:
    """What `subject`, a person or a relationship of theirs, is for another profile. (No cio_id has a slash.)"""
    return profile_key(cio_id) if subject.startswith(PROFILE) else relationship_key(cio_id, subject.split("/", 2)[2])
