"""What a batch of changes takes away, once its rows are written.

A person's deletion forgets all about the person and about those merged into it (customerio_semantics.md 7), what the
logs of their ids and emails have included, those that they gave up before, up to then; also where the change that tells
of the merge, or a line of an id's or email's log, comes after the one that tells of the deletion.
"""

from typing import Final

import aiosqlite

from worker.view.digest import digest
from worker.view.rows import Rows
from worker.workspace.keys import EMAIL, ID

_CLEAR: Final = "DELETE FROM attributes WHERE subject = ? AND number <= ?"
_UNRELATED: Final = (
    "DELETE FROM relationships WHERE cio_id = ? AND object_type_id = ? AND object_id = ? AND NOT related"
)
_NO_OBJECT: Final = "DELETE FROM objects WHERE object_type_id = ? AND object_id = ? AND NOT present"
_FREED: Final = "DELETE FROM handles WHERE handle = ? AND NOT suppressed"
_NOBODYS: Final = "DELETE FROM devices WHERE token = ? AND cio_id IS NULL"
_NOBODYS_LOG: Final = "DELETE FROM activities WHERE subject = 'device:' || ? AND number < ?"

_END: Final = "INSERT OR IGNORE INTO ending VALUES (?)"
_END_WITH_PRIMARY: Final = """
    INSERT OR IGNORE INTO ending SELECT secondary.cio_id FROM people AS secondary
    JOIN people AS primary_ ON primary_.cio_id = secondary.merged_into AND primary_.deleted
    WHERE secondary.cio_id = ?"""
_END_MERGED: Final = """
    INSERT OR IGNORE INTO ending
    WITH RECURSIVE gone (cio_id) AS (
        SELECT cio_id FROM ending
        UNION SELECT people.cio_id FROM people JOIN gone ON people.merged_into = gone.cio_id
    ) SELECT cio_id FROM gone"""
_HANDLES: Final = """
    WITH RECURSIVE above (cio_id) AS (
        SELECT cio_id FROM ending
        UNION SELECT merged_into FROM above JOIN people USING (cio_id) WHERE merged_into IS NOT NULL
    ), told (cio_id, arrived) AS (
        SELECT above.cio_id, arrived FROM above
        JOIN activities ON subject = 'cio:' || above.cio_id AND type = 'person_deleted'
        UNION SELECT people.cio_id, arrived FROM told JOIN people ON merged_into = told.cio_id
    ), gone (cio_id, arrived) AS (
        SELECT cio_id, max(arrived) FROM told WHERE cio_id IN (SELECT cio_id FROM ending) GROUP BY cio_id
    )
    SELECT ? || id, arrived FROM people JOIN gone USING (cio_id) WHERE id IS NOT NULL
    UNION ALL SELECT email_key, arrived FROM people JOIN gone USING (cio_id) WHERE email_key IS NOT NULL
    UNION ALL SELECT handle, activities.arrived FROM formers JOIN gone USING (cio_id) JOIN activities USING (number)"""
"""The names of those of table `ending`, with when the event arrived that deleted the person or gave the name up."""
_FORGET: Final = (
    "DELETE FROM attributes WHERE subject = 'cio:' || ?1",
    # all subjects that begin with relationship/C/, since 0 follows /
    "DELETE FROM attributes WHERE subject > 'relationship/' || ?1 || '/' AND subject < 'relationship/' || ?1 || '0'",
    "DELETE FROM relationships WHERE cio_id = ?1",
    "DELETE FROM anonymous_ids WHERE cio_id = ?1",
    "DELETE FROM formers WHERE cio_id = ?1",
    # those under an anonymousId may be somebody else's: its own log tells (worker/view/moving.py)
    "DELETE FROM events WHERE cio_id = ?1 AND anonymous_id IS NULL",
    """DELETE FROM activities WHERE subject = 'cio:' || ?1 AND type <> 'person_deleted'
        AND number NOT IN (SELECT number FROM events) AND number <= (
            SELECT coalesce(max(deletion.number), 9223372036854775807) FROM activities AS deletion
            WHERE deletion.subject = 'cio:' || ?1 AND deletion.type = 'person_deleted')""",
    """UPDATE activities SET change = json_set(change, '$.identifiers', json('{"id": null, "email": null}'))
        WHERE subject = 'cio:' || ?1 AND type = 'person_deleted'""",
    "UPDATE people SET id = NULL, email = NULL, email_key = NULL, created = NULL, deleted = 1 WHERE cio_id = ?1",
)
_ABOUT_HANDLE: Final = "type NOT IN ('handle_suppressed', 'handle_freed')"
_FORGET_HANDLE: Final = f"DELETE FROM activities WHERE subject = ? AND arrived < ? AND {_ABOUT_HANDLE}"
"""What arrived later is not about the deleted person, even if the handle's log is read before the person's."""
_FORGOTTEN: Final = """
    INSERT INTO forgotten VALUES (?, ?)
    ON CONFLICT (handle) DO UPDATE SET arrived = max(arrived, excluded.arrived)"""
_FORGET_LATER: Final = f"""
    DELETE FROM activities WHERE number = ? AND {_ABOUT_HANDLE}
    AND arrived < (SELECT forgotten.arrived FROM forgotten WHERE handle = ?)"""
"""The same for what is read after the person's deletion."""


async def forget(database: aiosqlite.Connection, rows: Rows) -> None:
    """Take away what `rows`, which are written already, have ended."""
    if rows.cleared:
        await database.executemany(_CLEAR, rows.cleared)
    if ended := [row[:3] for row in rows.relationships if not row.related]:
        await database.executemany(_UNRELATED, ended)
    if gone := [row[:2] for row in rows.objects if not row.present]:
        await database.executemany(_NO_OBJECT, gone)
    if freed := [(row.handle,) for row in rows.handles if not row.suppressed]:
        await database.executemany(_FREED, freed)
    if nobodys := [row for row in rows.devices if row.cio_id is None]:
        await database.executemany(_NOBODYS, [(row.token,) for row in nobodys])
        await database.executemany(_NOBODYS_LOG, [(row.token, row.number) for row in nobodys])
    if rows.deleted or rows.merged:
        await _forget_people(database, rows)
    if of_handles := [row for row in rows.activities if row.subject.startswith((ID, EMAIL))]:
        await database.executemany(_FORGET_LATER, [(row.number, digest(row.subject)) for row in of_handles])


async def _forget_people(database: aiosqlite.Connection, rows: Rows) -> None:
    await database.executemany(_END, [(deleted.cio_id,) for deleted in rows.deleted])
    await database.executemany(_END_WITH_PRIMARY, [(cio_id,) for cio_id in rows.merged])
    await database.execute(_END_MERGED)
    async with database.execute("SELECT cio_id FROM ending") as cursor:
        ending = [(str(row[0]),) for row in await cursor.fetchall()]
    if not ending:
        return
    handles = [(handle, deleted.arrived) for deleted in rows.deleted for handle in deleted.handles]
    async with database.execute(_HANDLES, (ID,)) as cursor:
        handles += [(str(row[0]), float(row[1])) for row in await cursor.fetchall()]
    for statement in _FORGET:
        await database.executemany(statement, ending)
    await database.executemany(_FORGET_HANDLE, handles)
    await database.executemany(_FORGOTTEN, [(digest(handle), arrived) for handle, arrived in handles])
    await database.execute("DELETE FROM ending")
