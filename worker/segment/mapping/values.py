"""Values on the way through a mapping: JSON in which parts may still be undefined."""

from collections.abc import Mapping, Sequence
from typing import TypeAlias

from worker.jsontypes import Json
from worker.segment.paths import UNDEFINED, Undefined, Value

Loose: TypeAlias = "bool | int | float | str | Undefined | Sequence[Loose] | Mapping[str, Loose] | None"
"""A JSON value of lists and dicts that may hold `UNDEFINED` anywhere."""


def clean(value: Loose) -> Value:
    """The value with undefined keys removed from objects, and undefined items null, as they are in JSON."""
    if isinstance(value, dict):
        return {key: settle(item) for key, item in value.items() if item is not UNDEFINED}
    if isinstance(value, list):
        return [settle(item) for item in value]
    return _scalar(value)


def settle(value: Loose) -> Json:
    """As `clean`, and null for undefined itself."""
    settled = clean(value)
    return None if settled is UNDEFINED else settled


def _scalar(value: Loose) -> Value:
    if value is None or value is UNDEFINED or isinstance(value, str | int | float):
        return value
    raise TypeError(f"{type(value).__name__} is no part of a mapping")
