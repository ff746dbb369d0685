"""How much waits for people to be identified."""

import aiosqlite


async def waiting(database: aiosqlite.Connection) -> tuple[int, int]:
    """Anonymous ids under which something waits, and how much that is in all."""
    async with database.execute("SELECT count(*), coalesce(sum(waiting), 0) FROM anonymous WHERE waiting > 0") as rows:
        row = await rows.fetchone()
    assert row is not None, "an aggregate has a row"
    return int(row[0]), int(row[1])
