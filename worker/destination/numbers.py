"""Numbers that are times."""

import re
from math import floor
from typing import Final

from worker.jsontypes import Json
from worker.segment.timestamps import MILLISECONDS_FROM

SECONDS_MIN: Final = 100_000_000
"""The least number taken for unix seconds (March 1973): anything less is no time, but a counter or a mistake."""
MILLISECONDS_MAX: Final = 100_000_000_000_000

_NUMBER: Final = re.compile(r"-?[0-9]{1,15}(?:\.[0-9]{1,15})?")


def as_seconds(value: Json) -> int | None:
    """The unix seconds a number stands for: itself, or a thousandth of milliseconds; None if it cannot be a time."""
    if isinstance(value, (int, float)) and SECONDS_MIN <= value < MILLISECONDS_MAX and value == int(value):
        return int(value) if value < MILLISECONDS_FROM else int(value) // 1000
    return None


def as_created_at(value: Json) -> int | float | None:
    """A number as `created_at`: whole unix seconds, also where it can hardly be a time; None if it is no number.

    So conditions compare numbers with it: Segment makes text of it (known deviation id_created_num), and Python's clock
    has fractions.
    """
    seconds = as_seconds(value)
    if seconds is not None or isinstance(value, bool) or not isinstance(value, (int, float)):
        return seconds
    if abs(value) >= MILLISECONDS_MAX:
        return value
    whole = floor(value)
    seconds = as_seconds(whole)
    return whole if seconds is None else seconds


def text_as_created_at(text: str) -> int | float | None:
    """The same for a number in text."""
    return as_created_at(float(text)) if _NUMBER.fullmatch(text) else None
