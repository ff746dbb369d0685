"""Who is who: finding people, and following merges."""

import difflib
import json

import aiosqlite

from worker.workspace.keys import EMAIL, ID, PROFILE, email_key, id_key, profile_key

_MEMBERS = """
    WITH RECURSIVE member (cio_id) AS (
        VALUES (?) UNION SELECT people.cio_id FROM people JOIN member ON people.merged_into = member.cio_id
    ) SELECT cio_id FROM member"""
_PRIMARY = """
    WITH RECURSIVE path (cio_id, into_, deleted) AS (
        SELECT cio_id, merged_into, deleted FROM people WHERE cio_id = ?
        UNION SELECT people.cio_id, people.merged_into, people.deleted
        FROM people JOIN path ON people.cio_id = path.into_
    ) SELECT cio_id FROM path WHERE into_ IS NULL AND NOT deleted LIMIT 1"""
_BY_ID = "SELECT cio_id FROM people WHERE id = ? ORDER BY merged_into IS NULL DESC, named DESC LIMIT 1"
_BY_EMAIL = "SELECT cio_id FROM people WHERE email_key = ? ORDER BY merged_into IS NULL DESC, named DESC LIMIT 1"

_FORMERS = """
    SELECT handle, cio_id, json_extract(change, '$.cause.message_id') FROM formers JOIN activities USING (number)
    WHERE handle IN (SELECT value FROM json_each(?)) ORDER BY number DESC LIMIT 3"""


async def texts(database: aiosqlite.Connection, query: str, *parameters: object) -> list[str]:
    """The first column of what `query` answers."""
    async with database.execute(query, parameters) as cursor:
        return [str(row[0]) for row in await cursor.fetchall()]


async def primary(database: aiosqlite.Connection, cio_id: str) -> str | None:
    """Who the profile is now, merges followed; None if nobody (deleted, or not known yet)."""
    found = await texts(database, _PRIMARY, cio_id)
    return found[0] if found else None


async def members(database: aiosqlite.Connection, cio_id: str) -> list[str]:
    """The profile and all that were merged into it, it first."""
    found = await texts(database, _MEMBERS, cio_id)
    return [cio_id, *sorted(member for member in found if member != cio_id)]


def listed(values: list[str]) -> str:
    """`values` as a parameter for `IN (SELECT value FROM json_each(?))`."""
    return json.dumps(values)


async def find_person(database: aiosqlite.Connection, name: str) -> str | None:
    """The cio_id of whom `name` names: an id, an email address or a cio_id, also written `id:…`, `email:…`, `cio:…`.

    The names of merged people lead to whom they were merged into.
    """
    for query, value in _readings(name):
        for cio_id in await texts(database, query, value):
            if (found := await primary(database, cio_id)) is not None:
                return found
    return None


def _readings(name: str) -> list[tuple[str, str]]:
    by_cio_id = "SELECT cio_id FROM people WHERE cio_id = ?"
    readings = [
        (_BY_ID, name),
        (_BY_EMAIL, email_key(name)),
        (by_cio_id, name),
        (by_cio_id, name.removeprefix("cio_")),
    ]
    if name.startswith(ID):
        readings.append((_BY_ID, name.removeprefix(ID)))
    elif name.startswith(EMAIL):
        readings.append((_BY_EMAIL, email_key(name.removeprefix(EMAIL))))
    elif name.startswith(PROFILE):
        readings.append((by_cio_id, name.removeprefix(PROFILE)))
    return readings


async def handles(database: aiosqlite.Connection, cio_ids: list[str]) -> list[str]:
    """The ids and emails of the profiles as handles."""
    query = "SELECT id, email FROM people WHERE cio_id IN (SELECT value FROM json_each(?))"
    found: set[str] = set()
    async with database.execute(query, (listed(cio_ids),)) as cursor:
        for row in await cursor.fetchall():
            found |= {id_key(row[0])} if row[0] is not None else set()
            found |= {email_key(row[1])} if row[1] is not None else set()
    return sorted(found)


async def subjects(database: aiosqlite.Connection, cio_id: str) -> list[str]:
    """The subjects of a person's log: the profile, those merged into it, and their handles."""
    profiles = await members(database, cio_id)
    return [*map(profile_key, profiles), *await handles(database, profiles)]


async def nearest(database: aiosqlite.Connection, name: str) -> list[str]:
    """Ids and emails that are like `name`, the most alike first."""
    around: set[str] = set()
    for column, value in (("id", name), ("email_key", email_key(name))):
        for order in (">= ? ORDER BY {0} LIMIT 25", "< ? ORDER BY {0} DESC LIMIT 25"):
            query = f"SELECT {column} FROM people WHERE {column} {order.format(column)}"
            around |= {found.removeprefix(EMAIL) for found in await texts(database, query, value)}
    return difflib.get_close_matches(name, around, n=3, cutoff=0.5)


def subjects_of_name(name: str) -> list[str]:
    """The handles that `name` can mean: they have logs also where there is no such person."""
    if name.startswith((ID, EMAIL)):
        return [name if name.startswith(ID) else email_key(name.removeprefix(EMAIL))]
    return [id_key(name), email_key(name)]


async def otherwise_known(database: aiosqlite.Connection, name: str) -> str | None:
    """What else the view knows by a name that is no person's."""
    handles_ = listed(subjects_of_name(name))
    query = "SELECT handle FROM handles WHERE suppressed AND handle IN (SELECT value FROM json_each(?))"
    if suppressed := await texts(database, query, handles_):
        return f"{suppressed[0]} is suppressed"
    if had := await _had(database, handles_):
        return had
    if await texts(database, "SELECT 1 FROM people WHERE cio_id = ? AND deleted", name.removeprefix("cio_")):
        return "this person was deleted"
    query = "SELECT coalesce(waiting, 0) FROM anonymous WHERE anonymous_id = ?"
    if waiting := await texts(database, query, name):
        return f"it is an anonymousId, under which {waiting[0]} calls wait"
    return None


async def _had(database: aiosqlite.Connection, handles_: str) -> str | None:
    """Who had a name that is nobody's now, the last ones first."""
    found: list[str] = []
    async with database.execute(_FORMERS, (handles_,)) as cursor:
        for handle, cio_id, message_id in await cursor.fetchall():
            if (now := await primary(database, cio_id)) is not None:
                found.append(f"{handle} was that of {now} until event {message_id}")
    return ", ".join(found) or None
