"""Segment's timestamp conversions for Customer.io, always in UTC (segment_actions.md 1.7)."""

import re
from datetime import UTC, datetime
from functools import lru_cache
from typing import Final

from worker.jsontypes import Json, JsonObject
from worker.segment.calendar import days_since_1970, milliseconds
from worker.segment.dates import MAX_LENGTH, parse_date
from worker.segment.javascript import to_number, to_string

_ISO: Final = re.compile(
    r"(?P<date>[0-9]{4}-(?:0[1-9]|1[0-2])-(?:0[1-9]|[12][0-9]|3[01]))"
    r"(?:T(?P<hour>[01][0-9]|2[0-4]):(?P<minute>[0-5][0-9])(?::(?P<second>[0-5][0-9])(?:\.(?P<fraction>[0-9]{1,9}))?)?"
    r"(?:(?P<utc>Z)|(?P<sign>[+-])(?P<zone_hours>[01][0-9]|2[0-3]):?(?P<zone_minutes>[0-5][0-9]))?)?"
)
_USUAL_SHAPE: Final = "--T::"  # of the characters 4, 7, 10, 13 and 16
_USUAL_LENGTH: Final = len("2023-06-01T12:00:00.000Z")
_MILLISECONDS: Final = {f"{number:03}Z": number for number in range(1000)}
_EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)
_SHORTEST: Final = len("2023-06-01")
_ISO_LENGTHS: Final = range(_SHORTEST, 36)
_DIGITS: Final = re.compile(r"[0-9]+(?:\.[0-9]+)?")
_LENIENT: Final = re.compile(
    r"(?P<year>[0-9]{4})[-/]?(?P<month>[0-9]{1,2})?[-/]?(?P<day>[0-9]{0,2})[Tt\s\ufeff]*"
    r"(?P<hour>[0-9]{1,2})?:?(?P<minute>[0-9]{1,2})?:?(?P<second>[0-9]{1,2})?[.:]?(?P<fraction>[0-9]+)?"
)

MILLISECONDS_FROM: Final = 1e11
"""Numbers from this one on are milliseconds: as seconds they would be in the year 5138 or later."""

_MICROSECONDS_FROM: Final = 253_402_300_800_000
_NANOSECONDS_FROM: Final = 1000 * _MICROSECONDS_FROM
_NANOSECONDS_TO: Final = 1000 * _NANOSECONDS_FROM
"""The same of finer units: in the unit before they would be beyond the year 9999, and nothing would replace them."""

LAST_TIME: Final = 8.64e12
"""The end of what JavaScript's dates know, in seconds."""


def to_unix_attribute(value: str) -> int | str:
    """Unix seconds (rounded down) where the text is an ISO 8601 date, or date and time; else the text itself.

    Without an offset it is in UTC, and the years 0 to 99 are then those of the 20th century, as dayjs reads them. Days
    beyond the month's end are days of the next month.
    """
    if len(value) not in _ISO_LENGTHS or value[4] != "-":
        return value
    if (since_1970 := usual_milliseconds(value)) is not None:
        return since_1970 // 1000
    match = _ISO.fullmatch(value)
    if match is None:
        return value
    date, hour, minute, second, fraction, utc, sign, zone_hours, zone_minutes = match.groups()
    if hour is None:
        return _day_start(date, utc=False)
    if hour == "24" and (minute != "00" or (second or "00") != "00" or (fraction or "").strip("0")):
        return value
    total = _day_start(date, utc=bool(utc or sign)) + int(hour) * 3600 + int(minute) * 60 + int(second or 0)
    if sign is None:
        return total
    offset = int(zone_hours) * 3600 + int(zone_minutes) * 60
    return total - offset if sign == "+" else total + offset


def usual_milliseconds(value: str) -> int | None:
    """Milliseconds since 1970 of `YYYY-MM-DDThh:mm:ss.sssZ`, the form nearly all events have; None for all else."""
    if len(value) != _USUAL_LENGTH:
        return None
    second, _, fraction = value.partition(".")
    start, milliseconds = _second(second), _MILLISECONDS.get(fraction)
    return None if start is None or milliseconds is None else start + milliseconds


@lru_cache(maxsize=4096)  # events that follow each other are often of the same second
def _second(text: str) -> int | None:
    """Milliseconds since 1970 of `YYYY-MM-DDThh:mm:ss`; None if it is no time."""
    if text[4::3] != _USUAL_SHAPE or text[11:13] == "24":
        return None  # hour 24 is read by Python 3.14 only, and may have no milliseconds
    try:
        since_1970 = datetime.fromisoformat(f"{text}Z") - _EPOCH
    except ValueError:
        return None
    return (since_1970.days * 86_400 + since_1970.seconds) * 1000


@lru_cache(maxsize=4096)
def _day_start(date: str, *, utc: bool) -> int:
    """Unix seconds of the start of a day, `YYYY-MM-DD`."""
    year = int(date[:4])
    return days_since_1970(year if utc else _full_year(year), int(date[5:7]), int(date[8:10])) * 86_400


def _full_year(year: int) -> int:
    """The year that JavaScript's Date.UTC makes of a year."""
    return year + 1900 if 0 <= year <= 99 else year


def convert_attributes(attributes: JsonObject) -> JsonObject:
    """The attributes with ISO 8601 texts converted, in nested objects too, but not in arrays.

    `attributes` itself is left as it is, and returned where nothing converts.
    """
    converted: JsonObject | None = None
    for key, value in attributes.items():
        if value.__class__ is str:
            if len(value) < _SHORTEST or value[4] != "-":  # as most texts, which then need no closer look
                continue
            new: Json = to_unix_attribute(value)
        elif value.__class__ is dict:
            new = convert_attributes(value)
        else:
            continue
        if new is not value:
            if converted is None:
                converted = attributes.copy()
            converted[key] = new
    return attributes if converted is None else converted


def to_unix_timestamp(value: Json) -> Json:
    """Unix seconds (rounded down) of a command's `timestamp`, read leniently as dayjs does.

    Numbers, texts of digits, and what is no time stay as they are.
    """
    if not isinstance(value, str):
        return value
    if (since_1970 := usual_milliseconds(value)) is not None:
        return since_1970 // 1000
    if (seconds := to_unix_attribute(value)) is not value:
        return seconds
    if _DIGITS.fullmatch(value):
        return value
    time = _lenient_milliseconds(value)
    return value if time is None else time // 1000


def _lenient_milliseconds(text: str) -> int | None:
    """The time that `dayjs.utc(text)` finds, None if it finds none."""
    if len(text) > MAX_LENGTH:
        return None
    if match := _LENIENT.fullmatch(text):
        month, day = match["month"], match["day"]
        days = days_since_1970(_full_year(int(match["year"])), int(month) if month else 1, int(day) if day else 1)
        hour, minute, second = (int(match[part] or 0) for part in ("hour", "minute", "second"))
        return milliseconds(days, hour, minute, second, int((match["fraction"] or "0")[:3]))
    return parse_date(text)


def event_time(value: Json) -> float | None:
    """Unix seconds, to the millisecond, of an event's own `timestamp`; None where it is no time.

    Texts are read as `to_unix_timestamp` does; numbers, and texts of digits, as `in_seconds` does.
    """
    if isinstance(value, str):
        if (since_1970 := usual_milliseconds(value)) is not None:
            return since_1970 / 1000
        return _text_time(value)
    if isinstance(value, bool) or not isinstance(value, int | float):
        return None
    seconds = in_seconds(value)
    return None if seconds is None else float(round(seconds, 3))


def in_seconds(number: int | float) -> int | float | None:
    """Unix seconds, to the millisecond where the number must be in a finer unit; None if it is beyond all dates."""
    if number >= _MICROSECONDS_FROM:
        if number >= _NANOSECONDS_TO:
            return None
        number //= 1000 if number < _NANOSECONDS_FROM else 1_000_000
    seconds = number / 1000 if number >= MILLISECONDS_FROM else number
    return seconds if abs(seconds) <= LAST_TIME else None


def _text_time(text: str) -> float | None:
    if len(text) <= MAX_LENGTH and _DIGITS.fullmatch(text):
        return event_time(float(text))
    time = _lenient_milliseconds(text)
    return None if time is None else time / 1000


def is_date_like(text: str) -> bool:
    """Whether the text passes as the value of a datetime field: unix seconds, or what dayjs reads."""
    number = to_number(text)
    if to_string(number) == text:
        return abs(number) <= LAST_TIME
    return _lenient_milliseconds(text) is not None
