"""Whose the events are that came under an anonymousId, when identifies that arrived late have shown it.

Each `events_moved` is of the log of the person who had the events, and those logs may be read in any order; but what
was moved on must be moved in the order in which the anonymousId's own log has the identifies that caused it. So the
moves of an anonymousId are applied anew, in that order, whenever there is another one.
"""

from typing import Final

import aiosqlite

from worker.view.rows import Rows

_MOVED_BEFORE: Final = "SELECT count(*) > 1 FROM moves WHERE anonymous_id = ?"
_IN_ORDER: Final = """
    SELECT owner, cio_id, moves.anonymous_id, since, until, moves.number FROM moves LEFT JOIN links
    ON links.anonymous_id = moves.anonymous_id AND links.cause = moves.cause
    WHERE moves.anonymous_id = ? ORDER BY links.number IS NULL, links.number, moves.number"""
_RESET: Final = "DELETE FROM moved_events WHERE number IN (SELECT number FROM events WHERE anonymous_id = ?)"
_APPLY: Final = """
    INSERT INTO moved_events
    SELECT events.number, ?1 FROM events LEFT JOIN moved_events USING (number)
    WHERE anonymous_id = ?3 AND at >= ?4 AND at < ?5 AND coalesce(moved_events.owner, events.cio_id) = ?2
    AND (moved_events.owner IS NOT NULL OR events.number < ?6)
    ON CONFLICT (number) DO UPDATE SET owner = excluded.owner"""
_LOGS: Final = """
    UPDATE activities SET subject = 'cio:' || whose.owner FROM (
        SELECT events.number, coalesce(moved_events.owner, events.cio_id) AS owner
        FROM events LEFT JOIN moved_events USING (number) WHERE anonymous_id = ?
    ) AS whose WHERE activities.number = whose.number AND subject <> 'cio:' || whose.owner"""


async def move(database: aiosqlite.Connection, rows: Rows) -> None:
    """Give the events to whom the moves in `rows`, which are written already, and those before give them."""
    touched = {row.anonymous_id for row in rows.moves}
    for linked in {row.anonymous_id for row in rows.links} - touched:  # the order of known moves may be another now
        async with database.execute(_MOVED_BEFORE, (linked,)) as cursor:
            row = await cursor.fetchone()
        if row is not None and row[0]:
            touched.add(linked)
    for anonymous_id in sorted(touched):
        async with database.execute(_IN_ORDER, (anonymous_id,)) as cursor:
            moves = list(await cursor.fetchall())
        await database.execute(_RESET, (anonymous_id,))
        await database.executemany(_APPLY, moves)
        await database.execute(_LOGS, (anonymous_id,))
