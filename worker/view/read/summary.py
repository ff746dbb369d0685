"""The workspace in numbers."""

from pathlib import Path

from worker.sqlite_file import number
from worker.view.database import reader
from worker.view.read.documents import Summary, TypeCount
from worker.view.read.waiting import waiting
from worker.view.schema import FAILURES_SQL

_TYPES = """
    SELECT object_type_id, name, count(*) FROM objects LEFT JOIN object_types USING (object_type_id)
    WHERE present GROUP BY object_type_id ORDER BY object_type_id"""
_FAILED = f"SELECT type, count(*) FROM activities WHERE type IN ({FAILURES_SQL}) GROUP BY type ORDER BY type"


async def summary(path: Path) -> Summary:
    """Counts of all that is in the view.

    Raises:
        ViewUnreadable: when there is no view at `path`, or it is of another version.
    """
    async with reader(path) as database:
        async with database.execute(_TYPES) as cursor:
            types = [TypeCount(*row) for row in await cursor.fetchall()]
        async with database.execute(_FAILED) as cursor:
            failed = {str(row[0]): int(row[1]) for row in await cursor.fetchall()}
        anonymous_ids, calls = await waiting(database)
        return Summary(
            changes=await number(database, "SELECT number FROM source"),
            people=await number(database, "SELECT count(*) FROM people WHERE merged_into IS NULL AND NOT deleted"),
            objects=types,
            devices=await number(database, "SELECT count(*) FROM devices WHERE cio_id IS NOT NULL"),
            anonymous_waiting=anonymous_ids,
            waiting=calls,
            suppressed=await number(database, "SELECT count(*) FROM handles WHERE suppressed"),
            failed=failed,
        )
