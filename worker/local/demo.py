"""The bundled examples as files: topics/demo/<topic>.ndjson, written by `python -m worker.local.demo`."""

from collections.abc import Callable, Mapping
from datetime import UTC, datetime, timedelta
from pathlib import Path
from types import MappingProxyType
from typing import Final

import orjson

from worker.jsontypes import Json, JsonObject
from worker.local.demo_events import segment_lines
from worker.local.demo_webhooks import webhook_lines
from worker.moments import stamp
from worker.topics import names
from worker.topics.contracts import contracts_directory

MAKERS: Final[Mapping[str, Callable[[], list[bytes]]]] = MappingProxyType(
    {names.SEGMENT_EVENTS: segment_lines, names.REPORTING_EVENTS: webhook_lines}
)
"""By the contract's name of the topic that the lines are for."""

_ISO_FIELDS: Final = ("timestamp", "originalTimestamp", "sentAt", "receivedAt")


def demo_file(contract: str) -> Path:
    """The bundled examples for the topic of that contract, in a checkout or an installed package."""
    return contracts_directory() / "demo" / f"{contract}.ndjson"


def brought_up_to(now: datetime, lines: list[bytes]) -> list[bytes]:
    """The lines with their events' times moved so that the last one happened at `now`, the others as long before it.

    Anonymous activity is kept for 30 days (docs/workspace.md): as bundled, that of the examples is too old one day.
    Lines that hold no event stay as they are.
    """
    times = [time for time in map(_time_of, lines) if time is not None]
    if not times:
        return lines
    later = now - max(times)
    return [_moved(line, later) for line in lines]


def _decoded(line: bytes) -> JsonObject | None:
    try:
        value: Json = orjson.loads(line)
    except orjson.JSONDecodeError:
        return None
    return value if isinstance(value, dict) else None


def _time_of(line: bytes) -> datetime | None:
    time = (_decoded(line) or {}).get("timestamp")
    if isinstance(time, str):
        return _read_iso(time)
    return datetime.fromtimestamp(time, UTC) if isinstance(time, int) else None


def _read_iso(text: str) -> datetime | None:
    try:
        return datetime.fromisoformat(text)
    except ValueError:
        return None


def _moved(line: bytes, later: timedelta) -> bytes:
    event = _decoded(line)
    if event is None:
        return line
    for field in _ISO_FIELDS:
        value = event.get(field)
        if isinstance(value, str) and (time := _read_iso(value)):
            event[field] = stamp(time + later)
        elif isinstance(value, int):
            event[field] = value + int(later.total_seconds())
    return orjson.dumps(event)


if __name__ == "__main__":
    for name, make in MAKERS.items():
        demo_file(name).write_bytes(b"".join(line + b"\n" for line in make()))
