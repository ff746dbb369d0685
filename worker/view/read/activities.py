"""Changes as they were published."""

from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import TypeAlias

import aiosqlite
import msgspec

from worker.sqlite_file import number
from worker.view.database import reader
from worker.view.read.documents import Activity, Cause
from worker.view.read.identity import listed
from worker.view.schema import FAILURES_SQL
from worker.workspace.changes import Origin, WorkspaceChange

_LAST = """
    SELECT arrived, number, change FROM activities WHERE subject = ?1
    AND (?2 IS NULL OR type IN (SELECT value FROM json_each(?2))) ORDER BY arrived DESC, number DESC LIMIT ?3"""

_LAST_FAILED = f"""
    SELECT subject, change FROM activities WHERE number IN
    (SELECT number FROM activities WHERE type IN ({FAILURES_SQL}) ORDER BY number DESC LIMIT ?) ORDER BY number DESC"""

_FAILED = f"SELECT count(*) FROM activities WHERE type IN ({FAILURES_SQL})"

_Found: TypeAlias = tuple[float, int, str, str]
"""When it arrived, its number, its subject, and the change as it was published."""


class _Caused(msgspec.Struct):
    cause: Origin


_change = msgspec.json.Decoder(WorkspaceChange).decode
_caused = msgspec.json.Decoder(_Caused).decode


async def last_activities(
    database: aiosqlite.Connection, subjects: Sequence[str], limit: int, types: Iterable[str] | None = None
) -> list[Activity]:
    """The last `limit` changes of `subjects`, of all types or only those; the newest first.

    They go by the arrival of the events that caused them, since those of different subjects are read in any order.
    """
    found: list[_Found] = []
    for subject in subjects:
        found += await _last(database, subject, limit, types)
    return _newest_first(found, limit)


async def last_decisions(
    database: aiosqlite.Connection, subjects: Sequence[str], limit: int, types: Iterable[str]
) -> list[Activity]:
    """The same in the order in which each subject's were decided, which is not always that of arrival."""
    found: list[_Found] = []
    for subject in subjects:
        latest = float("-inf")
        for arrived, place, _, change in sorted(await _last(database, subject, limit, types), key=lambda one: one[1]):
            latest = max(latest, arrived)
            found.append((latest, place, subject, change))
    return _newest_first(found, limit)


async def last_failures(database: aiosqlite.Connection, limit: int) -> list[Activity]:
    """The last `limit` changes of anybody that tell that something did not happen, as the view read them."""
    async with database.execute(_LAST_FAILED, (limit,)) as cursor:
        return [Activity(str(row[0]), _change(str(row[1]))) for row in await cursor.fetchall()]


async def failures_total(path: Path) -> int:
    """How many such changes there are."""
    async with reader(path) as database:
        return await number(database, _FAILED)


async def _last(database: aiosqlite.Connection, subject: str, limit: int, types: Iterable[str] | None) -> list[_Found]:
    wanted = None if types is None else listed(list(types))
    async with database.execute(_LAST, (subject, wanted, limit)) as cursor:
        return [(float(row[0]), int(row[1]), subject, str(row[2])) for row in await cursor.fetchall()]


def _newest_first(found: list[_Found], limit: int) -> list[Activity]:
    found.sort(reverse=True)
    return [Activity(subject, _change(change)) for _, _, subject, change in found[:limit]]


def cause_of(change: str | None) -> Cause | None:
    """The event that caused a change, from its JSON; None where the change is not kept."""
    if change is None:
        return None
    cause = _caused(change).cause
    return Cause(cause.message_id, cause.time)
