"""Which dead letters are meant: by topic, reason, time, or one by one."""

import re
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from typing import Final

from msgspec import Struct

from worker.deadletters.letter import Letter, Place

_AGO: Final = re.compile(r"(\d{1,6})\s*(s|min|m|h|d|w)", re.ASCII)
_UNITS: Final[Mapping[str, timedelta]] = {
    "s": timedelta(seconds=1),
    "m": timedelta(minutes=1),
    "min": timedelta(minutes=1),
    "h": timedelta(hours=1),
    "d": timedelta(days=1),
    "w": timedelta(weeks=1),
}


class Selection(Struct, frozen=True):
    """What a letter must be; what is empty or None asks nothing. Times are of when it was given up."""

    places: frozenset[Place] = frozenset()
    reasons: frozenset[str] = frozenset()
    since_ms: int | None = None
    until_ms: int | None = None

    def takes(self, letter: Letter) -> bool:
        """Whether the letter is meant."""
        return (
            (not self.places or letter.place in self.places)
            and (not self.reasons or letter.reason in self.reasons)
            and (self.since_ms is None or letter.died_ms >= self.since_ms)
            and (self.until_ms is None or letter.died_ms < self.until_ms)
        )


def parse_time(text: str, now: datetime) -> int:
    """Unix milliseconds of a moment: `2026-11-22T10:00:00Z`, `2026-11-22` (UTC), or how long ago: `90m`, `36h`, `7d`.

    Raises ValueError.
    """
    ago = _AGO.fullmatch(text.strip())
    if ago is not None:
        moment = now - int(ago[1]) * _UNITS[ago[2]]
    else:
        try:
            moment = datetime.fromisoformat(text.strip())
        except ValueError:
            raise ValueError(f"{text!r} is no time: 2026-11-22T10:00:00Z, 2026-11-22, or how long ago: 36h") from None
        if moment.tzinfo is None:
            moment = moment.replace(tzinfo=UTC)
    return round(moment.timestamp() * 1000)
