"""JavaScript's conversions between JSON values, which Segment's language inherits."""

import math
import re
from typing import Final

from worker.segment.paths import Value

WHITESPACE: Final = (
    "\t\n\v\f\r \xa0\u1680\u2000\u2001\u2002\u2003\u2004\u2005\u2006\u2007\u2008\u2009\u200a"
    "\u2028\u2029\u202f\u205f\u3000\ufeff"
)
"""What `trim()` removes and `\\s` matches."""

_DECIMAL = re.compile(r"[+-]?(?:[0-9]++(?:\.[0-9]*+)?|\.[0-9]++)(?:[eE][+-]?[0-9]++)?")
_RADIX = re.compile(r"0(?:[xX](?P<hex>[0-9a-fA-F]++)|[oO](?P<octal>[0-7]++)|[bB](?P<binary>[01]++))")
_BASES = {"hex": 16, "octal": 8, "binary": 2}
_POINT_MAX = 21  # numbers of up to this many integer digits are written without an exponent
_POINT_MIN = -7  # and down to this power of ten


def to_string(value: Value) -> str:
    """`String(value)`. Whole numbers keep all their digits, where JavaScript would round those above 2**53."""
    match value:
        case str():
            return value
        case bool():
            return "true" if value else "false"
        case None:
            return "null"
        case int():
            return str(value) if abs(value) < 10**_POINT_MAX else number_to_string(double(value))
        case float():
            return number_to_string(value)
        case list():
            return ",".join("" if item is None else to_string(item) for item in value)
        case dict():
            return "[object Object]"
    return "undefined"


def double(number: float) -> float:
    """The number as a double, infinite where it is too large for one."""
    try:
        return float(number)
    except OverflowError:
        return math.inf if number > 0 else -math.inf


def number_to_string(number: float) -> str:
    """`String(number)` of a double: the shortest digits that read back as the same number."""
    if math.isnan(number):
        return "NaN"
    if math.isinf(number):
        return "Infinity" if number > 0 else "-Infinity"
    if number == 0:
        return "0"
    mantissa, _, exponent = repr(abs(number)).partition("e")
    whole, _, fraction = mantissa.partition(".")
    fraction = fraction.rstrip("0")
    point = len(whole.lstrip("0")) if whole.strip("0") else len(fraction.lstrip("0")) - len(fraction)
    point += int(exponent or 0)
    digits = (whole + fraction).lstrip("0").rstrip("0")
    return ("-" if number < 0 else "") + _place_point(digits, point)


def _place_point(digits: str, point: int) -> str:
    """Write 0.DIGITS times ten to the `point`."""
    if len(digits) <= point <= _POINT_MAX:
        return digits + "0" * (point - len(digits))
    if 0 < point <= _POINT_MAX:
        return f"{digits[:point]}.{digits[point:]}"
    if _POINT_MIN < point - 1 < 0:
        return "0." + "0" * -point + digits
    mantissa = digits if len(digits) == 1 else f"{digits[0]}.{digits[1:]}"
    return f"{mantissa}e{point - 1:+d}"


def to_number(text: str) -> float:
    """`Number(text)`: NaN where the text is no number, 0 where it is blank."""
    text = text.strip(WHITESPACE)
    if not text:
        return 0.0
    if _DECIMAL.fullmatch(text):
        return float(text)
    if text in {"Infinity", "+Infinity", "-Infinity"}:
        return float(text)
    if (match := _RADIX.fullmatch(text)) and match.lastgroup:
        return double(int(match[match.lastgroup], _BASES[match.lastgroup]))
    return math.nan


def truthy(value: Value) -> bool:
    """`Boolean(value)`: empty arrays and objects are true."""
    return bool(value) or isinstance(value, dict | list)


def type_name(value: Value) -> str:
    """What the value is in Segment's messages: object, array, string, number, boolean, null or undefined."""
    match value:
        case str():
            return "string"
        case bool():
            return "boolean"
        case int() | float():
            return "number"
        case dict():
            return "object"
        case list():
            return "array"
        case None:
            return "null"
    return "undefined"


def indefinite(noun: str) -> str:
    """The noun with its article, chosen by its first letter."""
    return f"{'an' if noun[:1] in set('aeiou') else 'a'} {noun}"
