"""Moments as people write them in options, and as Segment's libraries do in events."""

import re
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from typing import Final

_AGO: Final = re.compile(r"(\d{1,6})\s*(s|min|m|h|d|w)", re.ASCII)
_UNITS: Final[Mapping[str, timedelta]] = {
    "s": timedelta(seconds=1),
    "m": timedelta(minutes=1),
    "min": timedelta(minutes=1),
    "h": timedelta(hours=1),
    "d": timedelta(days=1),
    "w": timedelta(weeks=1),
}


def parse_moment(text: str, now: datetime) -> int:
    """Unix milliseconds of a moment: `2026-11-22T10:00:00Z`, `2026-11-22` (UTC), or how long ago: `90m`, `36h`, `7d`.

    Raises ValueError.
    """
    ago = _AGO.fullmatch(text.strip())
    try:
        moment = datetime.fromisoformat(text.strip()) if ago is None else now - int(ago[1]) * _UNITS[ago[2]]
    except (ValueError, OverflowError):  # OverflowError: so long ago that no calendar has it
        raise ValueError(f"{text!r} is no time: 2026-11-22T10:00:00Z, 2026-11-22, or how long ago: 36h") from None
    if moment.tzinfo is None:
        moment = moment.replace(tzinfo=UTC)
    return round(moment.timestamp() * 1000)


def stamp(moment: datetime) -> str:
    """The moment, which is in UTC, as Segment's libraries write it: `2026-11-22T10:00:00.000Z`."""
    return moment.isoformat(timespec="milliseconds").replace("+00:00", "Z")
