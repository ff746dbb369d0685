"""What a condition's operators mean (segment_actions.md 2.2): each makes a test of events from the value's lookup."""

from collections.abc import Callable
from typing import Final, TypeAlias, TypeGuard

from worker.jsontypes import JsonObject
from worker.segment.fql.syntax import Condition, Literal_
from worker.segment.javascript import to_number, to_string
from worker.segment.paths import UNDEFINED, Getter, Value, compile_keys

Predicate: TypeAlias = Callable[[JsonObject], bool]
"""Whether an event meets a condition."""

_Maker: TypeAlias = Callable[[Getter, Literal_], Predicate]


def compile_condition(condition: Condition) -> Predicate:
    """The condition as a function of the event."""
    if condition.operator == "=" and len(condition.keys) == 1:
        return _field_equals(condition.keys[0], to_string(condition.expected))
    make = _MAKERS.get(condition.operator)
    return make(compile_keys(condition.keys), condition.expected) if make else _never


def _field_equals(field: str, text: str) -> Predicate:
    return lambda event: event.get(field) == text


def _never(_event: JsonObject) -> bool:
    return False


def _equals(get: Getter, expected: Literal_) -> Predicate:
    text = to_string(expected)
    return lambda event: get(event) == text


def _differs(get: Getter, expected: Literal_) -> Predicate:
    text = to_string(expected)
    return lambda event: get(event) != text


def _contains(get: Getter, expected: Literal_) -> Predicate:
    text = to_string(expected)
    return lambda event: isinstance(value := get(event), str) and text in value


def _lacks(get: Getter, expected: Literal_) -> Predicate:
    text = to_string(expected)
    return lambda event: isinstance(value := get(event), str) and text not in value


def _starts(get: Getter, expected: Literal_) -> Predicate:
    text = to_string(expected)
    return lambda event: isinstance(value := get(event), str) and value.startswith(text)


def _starts_not(get: Getter, expected: Literal_) -> Predicate:
    text = to_string(expected)
    return lambda event: isinstance(value := get(event), str) and not value.startswith(text)


def _ends(get: Getter, expected: Literal_) -> Predicate:
    text = to_string(expected)
    return lambda event: isinstance(value := get(event), str) and value.endswith(text)


def _ends_not(get: Getter, expected: Literal_) -> Predicate:
    text = to_string(expected)
    return lambda event: isinstance(value := get(event), str) and not value.endswith(text)


def _less(get: Getter, expected: Literal_) -> Predicate:
    limit = _number(expected)
    return lambda event: _is_number(value := get(event)) and value < limit


def _at_most(get: Getter, expected: Literal_) -> Predicate:
    limit = _number(expected)
    return lambda event: _is_number(value := get(event)) and value <= limit


def _more(get: Getter, expected: Literal_) -> Predicate:
    limit = _number(expected)
    return lambda event: _is_number(value := get(event)) and value > limit


def _at_least(get: Getter, expected: Literal_) -> Predicate:
    limit = _number(expected)
    return lambda event: _is_number(value := get(event)) and value >= limit


def _equals_number(get: Getter, expected: Literal_) -> Predicate:
    number = _number(expected)
    return lambda event: _is_number(value := get(event)) and value == number


def _differs_number(get: Getter, expected: Literal_) -> Predicate:
    number = _number(expected)
    return lambda event: _is_number(value := get(event)) and value != number


def _exists(get: Getter, _expected: Literal_) -> Predicate:
    return lambda event: (value := get(event)) is not None and value is not UNDEFINED


def _exists_not(get: Getter, _expected: Literal_) -> Predicate:
    return lambda event: (value := get(event)) is None or value is UNDEFINED


def _is_true(get: Getter, _expected: Literal_) -> Predicate:
    return lambda event: get(event) is True


def _is_false(get: Getter, _expected: Literal_) -> Predicate:
    return lambda event: get(event) is False


def _is_number(value: Value) -> TypeGuard[int | float]:
    return value.__class__ is float or value.__class__ is int


def _number(expected: Literal_) -> int | float:
    """`Number(expected)`."""
    if isinstance(expected, str):
        return to_number(expected)
    return expected or 0


_MAKERS: Final[dict[str, _Maker]] = {
    "=": _equals,
    "!=": _differs,
    "<": _less,
    "<=": _at_most,
    ">": _more,
    ">=": _at_least,
    "contains": _contains,
    "not_contains": _lacks,
    "starts_with": _starts,
    "not_starts_with": _starts_not,
    "ends_with": _ends,
    "not_ends_with": _ends_not,
    "number_equals": _equals_number,
    "number_not_equals": _differs_number,
    "exists": _exists,
    "not_exists": _exists_not,
    "is_true": _is_true,
    "is_false": _is_false,
}

OPERATORS: Final = frozenset(_MAKERS)
"""The operators that conditions have; all of them also work where a trigger writes their names as operators."""
