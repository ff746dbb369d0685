"""JavaScript's `Date.parse` as V8 does it, in UTC: ISO 8601 first, then its lenient reading of what people write.

Segment's conversions rest on it (segment_actions.md 1.7), so its oddities are kept: words before the first number mean
nothing, so that "Order 5" is the first of May 2001; text in parentheses is skipped; days beyond a month's end overflow.
"""

from typing import Final

from worker.segment.calendar import days_since_1970, milliseconds
from worker.segment.date_tokens import Kind, Token, Tokens

MAX_LENGTH: Final = 256
"""Longer texts are taken for no dates, whatever they hold."""

_MONTHS: Final = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")
_HALVES: Final = {"am": 0, "pm": 12}
_UTC: Final = {"ut": 0, "utc": 0, "z": 0, "gmt": 0}
_ZONES: Final = _UTC | {"cdt": -5, "cst": -6, "edt": -4, "est": -5, "mdt": -6, "mst": -7, "pdt": -7, "pst": -8}
_MAX_PARTS: Final = 3
_TIME_PARTS: Final = 4


def parse_date(text: str) -> int | None:
    """Milliseconds since 1970 of the date that the text holds, None if it holds none; without a zone it is in UTC."""
    if len(text) > MAX_LENGTH:
        return None
    reading = _Reading(Tokens(text))
    return reading.result() if reading.read() else None


class _Reading:
    """What has been read of a date so far."""

    def __init__(self, tokens: Tokens) -> None:
        self._tokens = tokens
        self._parts: list[int] = []  # of the day, in the order they came
        self._month: int | None = None  # given by name
        self._time: list[int] = []  # hour, minute, second, millisecond
        self._half: int | None = None  # hours to add for am or pm
        self._sign = 0  # of the offset from UTC; 0 if there is none
        self._offset: list[int | None] = [None, None]  # hours, minutes
        self._iso = False

    def read(self) -> bool:
        """Read all tokens; False if they are no date."""
        token = self._iso_date()
        number_seen = bool(self._parts)
        while token and token.kind is not Kind.END:
            match token.kind:
                case Kind.NUMBER:
                    good = self._number(token.number)
                    number_seen = True
                case Kind.WORD:
                    good = self._word(token, number_seen=number_seen)
                case Kind.SYMBOL if token.sign and (self._offset == [0, 0] or self._time):
                    good = self._zone_offset(token.sign)
                    number_seen = True
                case Kind.SYMBOL if token.sign or token.text == ")":
                    good = not number_seen
                case _:
                    good = True
            if not good:
                return False
            token = self._tokens.take()
        return token is not None

    def _iso_date(self) -> Token | None:
        """Read an ISO 8601 date; the token at which the text stops being one, None if it cannot be any date then."""
        tokens = self._tokens
        if tokens.peek.sign:
            sign = tokens.take()
            year = tokens.take() if tokens.peek.is_fixed(6, 0, 999_999) else None
            if not year or (year.number == 0 and sign.sign < 0):
                return sign
            self._parts.append(sign.sign * year.number)
        elif tokens.peek.is_fixed(4, 0, 9999):
            self._parts.append(tokens.take().number)
        else:
            return tokens.take()
        for highest in (12, 31):
            if not tokens.skip("-"):
                break
            if not tokens.peek.is_fixed(2, 1, highest):
                return tokens.take()
            self._parts.append(tokens.take().number)
        if tokens.peek.is_word("t"):
            tokens.take()
            if not (self._iso_time() and self._iso_zone() and tokens.peek.kind is Kind.END):
                return None
        elif tokens.peek.kind is not Kind.END:
            return tokens.take()
        self._iso = True
        return tokens.take()

    def _iso_time(self) -> bool:
        """hh:mm, maybe with :ss and a fraction; the hour 24 only with nothing behind it."""
        tokens = self._tokens
        if not tokens.peek.is_fixed(2, 0, 24):
            return False
        hour = tokens.take().number
        highest = 0 if hour == 24 else 59
        self._time.append(hour)
        if not tokens.skip(":") or not tokens.peek.is_fixed(2, 0, highest):
            return False
        self._time.append(tokens.take().number)
        if tokens.skip(":"):
            if not tokens.peek.is_fixed(2, 0, highest):
                return False
            self._time.append(tokens.take().number)
            if tokens.skip("."):
                fraction = tokens.take()
                if fraction.kind is not Kind.NUMBER or (not highest and fraction.number):
                    return False
                self._time.append(_first_three_digits(fraction))
        return True

    def _iso_zone(self) -> bool:
        """Z, +hh:mm or +hhmm, or nothing."""
        tokens = self._tokens
        if tokens.peek.is_word("z"):
            tokens.take()
            self._set_zone(0)
        elif tokens.peek.sign:
            self._sign = tokens.take().sign
            if tokens.peek.is_fixed(4, 0, 2359):
                hours, minutes = divmod(tokens.take().number, 100)
            else:
                if not tokens.peek.is_fixed(2, 0, 23):
                    return False
                hours = tokens.take().number
                if not tokens.skip(":") or tokens.peek.length != len("mm") or tokens.peek.kind is not Kind.NUMBER:
                    return False
                minutes = tokens.take().number
            self._offset = [hours, minutes]
            return minutes <= 59
        return True

    def _number(self, number: int) -> bool:
        tokens = self._tokens
        if tokens.skip(":"):
            if tokens.skip(":"):
                if self._time:
                    return False
                self._time += (number, 0)
                return True
            if len(self._time) == _TIME_PARTS:
                return False
            self._time.append(number)
            tokens.skip(".")
            return True
        if tokens.skip(".") and self._time_expects(number):
            self._time.append(number)
            fraction = tokens.take()
            if fraction.kind is not Kind.NUMBER:
                return False
            self._end_time(_first_three_digits(fraction))
            return True
        if self._offset[0] is not None and self._offset[1] is None and number <= 59:
            self._offset[1] = number
            return True
        if self._time_expects(number):
            following = tokens.peek
            self._end_time(number)
            return following.kind in {Kind.END, Kind.SPACE} or following.is_word("z") or following.sign != 0
        if len(self._parts) == _MAX_PARTS:
            return False
        self._parts.append(number)
        tokens.skip("-")
        return True

    def _time_expects(self, number: int) -> bool:
        """Whether the number can be the next part of the time."""
        match len(self._time):
            case 1 | 2:
                return number <= 59
            case 3:
                return number <= 999
        return False

    def _end_time(self, number: int) -> None:
        if len(self._time) < _TIME_PARTS:
            self._time += [number, *[0] * (_TIME_PARTS - len(self._time) - 1)]

    def _word(self, token: Token, *, number_seen: bool) -> bool:
        if token.text in _MONTHS:
            self._month = _MONTHS.index(token.text) + 1
            self._tokens.skip("-")
        elif token.is_word(*_HALVES) and self._time:
            self._half = _HALVES[token.text]
        elif token.is_word(*_ZONES) and number_seen:
            self._set_zone(_ZONES[token.text])
        else:
            return not number_seen and self._tokens.peek.kind is not Kind.NUMBER
        return True

    def _set_zone(self, hours: int) -> None:
        self._sign = -1 if hours < 0 else 1
        self._offset = [abs(hours), 0]

    def _zone_offset(self, sign: int) -> bool:
        """+h, +hh, +hhh, +hhmm, or +hh: with the minutes still to come."""
        self._sign = sign
        token = self._tokens.take() if self._tokens.peek.kind is Kind.NUMBER else Token(Kind.NUMBER)
        if self._tokens.peek.kind is Kind.SYMBOL and self._tokens.peek.text == ":":
            self._offset = [token.number, None]
        elif token.length in {1, 2}:
            self._offset = [token.number, 0]
        elif token.length in {3, 4}:
            self._offset = [*divmod(token.number, 100)]
        else:
            return False
        return True

    def result(self) -> int | None:
        """The time that was read."""
        date, time = self._date(), self._time_of_day()
        if date is None or time is None:
            return None
        hours, minutes = self._offset
        offset = ((hours or 0) * 3600 + (minutes or 0) * 60) % 2**32  # V8 counts with 32 bits
        if offset >= 2**31:
            return None
        hour, minute, second, millisecond = time
        return milliseconds(days_since_1970(*date), hour, minute, second - self._sign * offset, millisecond)

    def _date(self) -> tuple[int, int, int] | None:
        """Year, month and day, ordered by which numbers can be days: the first that cannot is the year."""
        if not self._parts:
            return None
        first, second, third = (*self._parts, 1, 1)[:3]
        if self._month is not None:
            year, month, day = (second, self._month, first) if _is_day(first) else (first, self._month, second)
        elif self._iso or not _is_day(first):
            year, month, day = first, second, third
        else:
            year, month, day = third, first, second
        if not self._iso and 0 <= year <= 99:
            year += 2000 if year < 50 else 1900
        return (year, month, day) if 1 <= month <= 12 and _is_day(day) else None

    def _time_of_day(self) -> tuple[int, int, int, int] | None:
        hour, minute, second, millisecond = (*self._time, 0, 0, 0, 0)[:_TIME_PARTS]
        if self._half is not None:
            if hour > 12:
                return None
            hour = hour % 12 + self._half
        highest_hour = 23 if minute or second or millisecond else 24
        if hour > highest_hour or minute > 59 or second > 59 or millisecond > 999:
            return None
        return hour, minute, second, millisecond


def _is_day(number: int) -> bool:
    return 1 <= number <= 31


def _first_three_digits(fraction: Token) -> int:
    """The milliseconds of a fraction of a second."""
    return int(fraction.number * 10.0 ** (3 - min(fraction.length, 9)))
