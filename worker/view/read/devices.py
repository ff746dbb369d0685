"""Devices."""

from pathlib import Path

import aiosqlite
import msgspec

from worker.jsontypes import JsonObject
from worker.view.database import reader
from worker.view.read.documents import Device
from worker.view.read.identity import listed, primary

_COLUMNS = "SELECT token, cio_id, platform, last_used, attributes FROM devices"


async def devices(path: Path, limit: int) -> list[Device]:
    """The first `limit` devices by token, each with who has it now."""
    async with reader(path) as database:
        return await _devices(database, f"{_COLUMNS} ORDER BY token LIMIT ?", limit)


async def devices_of(database: aiosqlite.Connection, cio_ids: list[str], limit: int) -> list[Device]:
    """The devices of the profiles, by token."""
    query = f"{_COLUMNS} WHERE cio_id IN (SELECT value FROM json_each(?)) ORDER BY token LIMIT ?"
    return await _devices(database, query, listed(cio_ids), limit)


async def _devices(database: aiosqlite.Connection, query: str, *parameters: object) -> list[Device]:
    async with database.execute(query, parameters) as cursor:
        rows = list(await cursor.fetchall())
    found = []
    for token, cio_id, platform, last_used, text in rows:
        attributes: JsonObject = msgspec.json.decode(text)
        owner = None if cio_id is None else await primary(database, cio_id)
        found.append(Device(token, owner, platform, last_used, attributes))
    return found
