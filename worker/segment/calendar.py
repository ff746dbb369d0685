"""JavaScript's arithmetic of dates: the Gregorian calendar in both directions of time, in milliseconds since 1970."""

from typing import Final

_MAX_MILLISECONDS: Final = 8_640_000_000_000_000


def milliseconds(days: int, hour: int = 0, minute: int = 0, second: int = 0, millisecond: int = 0) -> int | None:
    """The time in milliseconds so long after 1970; None outside of the years that JavaScript knows."""
    total = ((days * 24 + hour) * 60 + minute) * 60_000 + second * 1000 + millisecond
    return total if abs(total) <= _MAX_MILLISECONDS else None


def days_since_1970(year: int, month: int, day: int) -> int:
    """The days from the first of January 1970 to a date of the Gregorian calendar; months and days may overflow."""
    year += (month - 1) // 12
    shifted = (month - 3) % 12  # March first, so that the leap day is the last
    if month % 12 in {1, 2}:
        year -= 1
    return 365 * year + year // 4 - year // 100 + year // 400 + (153 * shifted + 2) // 5 + day - 719_469
