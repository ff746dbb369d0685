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
from typing import Final, NamedTuple

import aiosqlite

from worker.view.rows import Rows, SpanRow

_SPANS: Final = "SELECT * FROM spans WHERE anonymous_id = ? ORDER BY since"
_OLD_SPANS: Final = "DELETE FROM spans WHERE anonymous_id = ?"
_SPAN: Final = "INSERT INTO spans VALUES (?, ?, ?, ?, ?)"

_TOUCHED: Final = "SELECT number FROM events WHERE anonymous_id = ?1 AND at BETWEEN ?2 AND ?3 AND number >= ?4"
_SPAN_OF: Final = f"""
    events JOIN spans ON spans.anonymous_id = events.anonymous_id AND at >= since AND at < until
    WHERE events.number IN ({_TOUCHED})"""
_RESET: Final = f"DELETE FROM moved_events WHERE number IN ({_TOUCHED})"
_APPLY: Final = f"""
    INSERT OR REPLACE INTO moved_events
    SELECT events.number, spans.cio_id FROM {_SPAN_OF} AND spans.cio_id <> events.cio_id"""
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


class _Touched(NamedTuple):
    """The events under an anonymousId of these times, both included, that have this number or a higher one."""

    anonymous_id: str
    since: float
    until: float
    number: int


async def move(database: aiosqlite.Connection, rows: Rows) -> None:
    """Give events to whose they are, after `rows` are written: the new ones, and those that change hands."""
    touched = list(_new(rows))
    for anonymous_id, spans in rows.spans.items():
        before = [SpanRow(*row) for row in await database.execute_fetchall(_SPANS, (anonymous_id,))]
        touched += [_Touched(anonymous_id, since, until, 0) for since, until in _changed(before, spans)]
    if rows.spans:
        await database.executemany(_OLD_SPANS, [(anonymous_id,) for anonymous_id in rows.spans])
        await database.executemany(_SPAN, [span for spans in rows.spans.values() for span in spans])
    if touched:
        for statement in (_RESET, _APPLY, _LOGS, *_FORGET):
            await database.executemany(statement, touched)


def _new(rows: Rows) -> Iterator[_Touched]:
    found: dict[str, _Touched] = {}
    for number, _, _, anonymous_id, at in rows.events:
        if anonymous_id is not None:
            _, since, until, first = found.get(anonymous_id, (anonymous_id, at, at, number))
            found[anonymous_id] = _Touched(anonymous_id, min(since, at), max(until, at), first)
    yield from found.values()


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
