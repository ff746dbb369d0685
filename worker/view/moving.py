"""Whose the events are that came under an anonymousId.

An identify that arrives late may show that they were somebody else's than the person they were received for. The
anonymousId's own log tells all that is known of it at once, so the order in which the logs of people are read does not
matter. What was a deleted person's is forgotten here too: only the anonymousId knows what that is.
"""

from typing import Final

import aiosqlite

from worker.view.rows import Rows

_OLD_SPANS: Final = "DELETE FROM spans WHERE anonymous_id = ?"
_SPAN: Final = "INSERT INTO spans VALUES (?, ?, ?, ?, ?)"

_TOUCHED: Final = "SELECT number FROM events WHERE anonymous_id = ?1 AND number >= ?2"
_SPAN_OF: Final = f"""
    events JOIN spans ON spans.anonymous_id = events.anonymous_id AND at >= since AND at < until
    WHERE events.number IN ({_TOUCHED})"""
_RESET: Final = f"DELETE FROM moved_events WHERE number IN ({_TOUCHED})"
_APPLY: Final = f"""
    INSERT INTO moved_events SELECT events.number, spans.cio_id FROM {_SPAN_OF} AND spans.cio_id <> events.cio_id"""
_LOGS: Final = f"""
    UPDATE activities SET subject = 'cio:' || whose.owner FROM (
        SELECT events.number, coalesce(moved_events.owner, events.cio_id) AS owner
        FROM events LEFT JOIN moved_events USING (number) WHERE events.number IN ({_TOUCHED})
    ) AS whose WHERE activities.number = whose.number AND subject <> 'cio:' || whose.owner"""
_FORGET: Final = (
    f"DELETE FROM activities WHERE number IN (SELECT events.number FROM {_SPAN_OF} AND forgotten)",
    f"DELETE FROM moved_events WHERE number IN (SELECT events.number FROM {_SPAN_OF} AND forgotten)",
    f"DELETE FROM events WHERE number IN (SELECT events.number FROM {_SPAN_OF} AND forgotten)",
)


async def move(database: aiosqlite.Connection, rows: Rows) -> None:
    """Give events to whose they are, after `rows` are written: the new ones, and all under an anonymousId relinked."""
    if rows.spans:
        await database.executemany(_OLD_SPANS, [(anonymous_id,) for anonymous_id in rows.spans])
        await database.executemany(_SPAN, [span for spans in rows.spans.values() for span in spans])
    touched: dict[str, int] = {}
    for event in rows.events:
        if event.anonymous_id is not None:
            touched.setdefault(event.anonymous_id, event.number)
    touched.update(dict.fromkeys(rows.spans, 0))
    if touched:
        for statement in (_RESET, _APPLY, _LOGS, *_FORGET):
            await database.executemany(statement, list(touched.items()))
