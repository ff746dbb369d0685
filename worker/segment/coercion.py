"""One value made one of some JSON types, as ajv does it with `coerceTypes: "array"` (segment_actions.md 1.4)."""

from collections.abc import Callable, Mapping, Sequence

from worker.jsontypes import Json
from worker.segment.javascript import indefinite, to_number, to_string, type_name
from worker.segment.paths import UNDEFINED, Value


class WrongType(Exception):
    """The value is of none of the types and cannot become one; `value` is what was looked at last."""

    def __init__(self, value: Json) -> None:
        super().__init__(type_name(value))
        self.value = value


def coerce(value: Json, types: Sequence[str]) -> Json:
    """The value as one of the JSON types. Raises WrongType.

    An array of one value counts as that value, but nothing becomes an object. Of several types the first that the value
    can become is taken; ajv then does not accept the array's value as it is.
    """
    for name in types:
        if _IS[name](value):
            return value
    if not any(name in _COERCE for name in types):
        raise WrongType(value)
    if isinstance(value, list) and len(value) == 1:
        value = value[0]
        if len(types) == 1 and _IS[types[0]](value):
            return value
    for name in types:
        coerced = _COERCE[name](value) if name in _COERCE else UNDEFINED
        if coerced is not UNDEFINED:
            return coerced
    raise WrongType(value)


def wrong_type(types: Sequence[str], value: Json) -> str:
    """What is wrong with a value of none of the types, in Segment's words."""
    was = "null" if value is None else indefinite(type_name(value))
    return f"must be {indefinite(either(types))} but it was {was}"


def either(words: Sequence[str]) -> str:
    """The words as a list with `or`."""
    match list(words):
        case [*most, last] if len(most) > 1:
            return f"{', '.join(most)}, or {last}"
    return " or ".join(words)


def _is_number(value: Json) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool)


def _is_integer(value: Json) -> bool:
    return _is_number(value) and (isinstance(value, int) or (isinstance(value, float) and value.is_integer()))


def _to_string(value: Json) -> Value:
    if value is None:
        return ""
    return to_string(value) if isinstance(value, int | float) else UNDEFINED


def _to_number(value: Json) -> Value:
    if value is None or isinstance(value, bool):
        return int(bool(value))
    if not isinstance(value, str) or not value:
        return UNDEFINED
    number = to_number(value)
    if number != number or abs(number) == float("inf"):
        return UNDEFINED
    return int(number) if number.is_integer() and abs(number) <= 2**53 else number


def _to_integer(value: Json) -> Value:
    number = _to_number(value)
    return number if number is not UNDEFINED and _is_integer(number) else UNDEFINED


def _to_boolean(value: Json) -> Value:
    if value is None or value == "false" or (_is_number(value) and value == 0):
        return False
    return True if value == "true" or (_is_number(value) and value == 1) else UNDEFINED


def _to_null(value: Json) -> Value:
    return None if value == "" or value is False or (_is_number(value) and value == 0) else UNDEFINED


_IS: Mapping[str, Callable[[Json], bool]] = {
    "string": lambda value: isinstance(value, str),
    "number": _is_number,
    "integer": _is_integer,
    "boolean": lambda value: isinstance(value, bool),
    "object": lambda value: isinstance(value, dict),
    "null": lambda value: value is None,
}
_COERCE: Mapping[str, Callable[[Json], Value]] = {
    "string": _to_string,
    "number": _to_number,
    "integer": _to_integer,
    "boolean": _to_boolean,
    "null": _to_null,
}
