"""Changes as they were published."""

from collections.abc import Iterable, Sequence

import aiosqlite
import msgspec

from worker.view.read.documents import Activity, Cause
from worker.view.read.identity import listed
from worker.workspace.changes import Origin, WorkspaceChange

_LAST = """
    SELECT subject, change FROM activities WHERE subject IN (SELECT value FROM json_each(?1))
    AND (?2 IS NULL OR type IN (SELECT value FROM json_each(?2))) ORDER BY number DESC LIMIT ?3"""


class _Caused(msgspec.Struct):
    cause: Origin


_change = msgspec.json.Decoder(WorkspaceChange).decode
_caused = msgspec.json.Decoder(_Caused).decode


async def last_activities(
    database: aiosqlite.Connection, subjects: Sequence[str], limit: int, types: Iterable[str] | None = None
) -> list[Activity]:
    """The last `limit` changes of `subjects`, of all types or only those; the newest first."""
    wanted = None if types is None else listed(list(types))
    async with database.execute(_LAST, (listed(list(subjects)), wanted, limit)) as cursor:
        return [Activity(str(row[0]), _change(row[1])) for row in await cursor.fetchall()]


def cause_of(change: str | None) -> Cause | None:
    """The event that caused a change, from its JSON; None where the change is not kept."""
    if change is None:
        return None
    cause = _caused(change).cause
    return Cause(cause.message_id, cause.time)
