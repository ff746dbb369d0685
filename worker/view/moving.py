"""Whose the events are that came under an anonymousId.

An identify that arrives late may show that they were somebody else's than the person they were received for. The
anonymousId's own log tells all that is known of it at once, so the order in which the logs of people are read does not
matter. What was a deleted person's is forgotten here too: only the anonymousId knows what that is.

A program may give all its events one anonymousId. So of those that are in the file, only the ones whose owner changes
are looked at.
"""

from bisect import bisect_right
from collections.abc import Iterator, Sequence
from itertools import pairwise
from typing import Final

import aiosqlite

from worker.view.rows import Rows, SpanRow

_SPANS: Final = "SELECT * FROM spans WHERE anonymous_id = ? ORDER BY since"
_OLD_SPANS: Final = "DELETE FROM spans WHERE anonymous_id = ?"
_SPAN: Final = "INSERT INTO spans VALUES (?, ?, ?, ?, ?)"


def _moving(touched: str) -> tuple[str, ...]:
    """Statements that give the events whose numbers `touched` selects to whose they are."""
    whose = f"""
        events JOIN spans ON spans.anonymous_id = events.anonymous_id AND at >= since AND at < until
        WHERE events.number IN ({touched})"""
    forgotten = f"SELECT events.number FROM {whose} AND forgotten"
    return (
        f"DELETE FROM moved_events WHERE number IN ({touched})",
        f"""INSERT OR REPLACE INTO moved_events
            SELECT events.number, spans.cio_id FROM {whose} AND spans.cio_id <> events.cio_id""",
        f"""UPDATE activities SET subject = 'cio:' || whose.owner FROM (
                SELECT events.number, coalesce(moved_events.owner, events.cio_id) AS owner
                FROM events LEFT JOIN moved_events USING (number) WHERE events.number IN ({touched})
            ) AS whose WHERE activities.number = whose.number AND subject <> 'cio:' || whose.owner""",
        f"DELETE FROM activities WHERE number IN ({forgotten})",
        f"DELETE FROM moved_events WHERE number IN ({forgotten})",
        f"DELETE FROM events WHERE number IN ({forgotten})",
    )


_MOVE: Final = _moving("SELECT number FROM events WHERE anonymous_id = ?1 AND at BETWEEN ?2 AND ?3")
"""For the events under an anonymousId of these times, both included."""

_ARRIVED: Final = "INSERT INTO arrived VALUES (?)"
_MOVE_ARRIVED: Final = (*_moving("SELECT number FROM arrived"), "DELETE FROM arrived")
"""For those of table `arrived`. Not by their times: a backfill's and live ones may have all others between them."""


async def move(database: aiosqlite.Connection, rows: Rows) -> None:
    """Give events to whose they are, after `rows` are written: the new ones, and those that change hands."""
    changed: list[tuple[str, float, float]] = []
    for anonymous_id, spans in rows.spans.items():
        before = [SpanRow(*row) for row in await database.execute_fetchall(_SPANS, (anonymous_id,))]
        changed += [(anonymous_id, since, until) for since, until in _changed(before, spans)]
    if rows.spans:
        await database.executemany(_OLD_SPANS, [(anonymous_id,) for anonymous_id in rows.spans])
        await database.executemany(_SPAN, [span for spans in rows.spans.values() for span in spans])
    if changed:
        for statement in _MOVE:
            await database.executemany(statement, changed)
    if arrived := [(row.number,) for row in rows.events if row.anonymous_id is not None]:
        await database.executemany(_ARRIVED, arrived)
        for statement in _MOVE_ARRIVED:
            await database.execute(statement)


def _changed(before: Sequence[SpanRow], after: Sequence[SpanRow]) -> Iterator[tuple[float, float]]:
    """From when to when somebody else has the anonymousId than before, or what came is forgotten now."""
    edges = sorted({edge for one in (*before, *after) for edge in (one.since, one.until)})
    for since, until in pairwise(edges):
        if _owner(before, since) != _owner(after, since):
            yield since, until


def _owner(spans: Sequence[SpanRow], at: float) -> tuple[str, bool] | None:
    place = bisect_right(spans, at, key=lambda one: one.since) - 1
    if place < 0 or at >= spans[place].until:
        return None
    return spans[place].cio_id, bool(spans[place].forgotten)
