"""The short way from an event to an action's fields, for events whose values are what the fields take anyway.

That is nearly all of them. Anything else (a number as userId, a missing required field, an object where a text should
be) takes the long way, which knows every rule and has the words for what is wrong: mapping, then coercion. Both ways
end at the same fields.
"""

from collections.abc import Callable
from typing import TypeAlias

from worker.destination.actions import Action
from worker.destination.actions.definition import TIMESTAMP, AsNumber, MappedField
from worker.destination.coercion import CLASSES
from worker.destination.numbers import as_seconds
from worker.destination.sources import Source, source_of
from worker.jsontypes import Json, JsonObject
from worker.segment.mapping import Mapping
from worker.segment.paths import UNDEFINED, Value

Usual: TypeAlias = Callable[[JsonObject, int | None], list[Json] | None]
"""An event's JSON, and the `seconds` of the checked event → the values that the action's `build` takes, in its order.

None where the long way has to be taken. Raises MappingError.
"""

_Take: TypeAlias = Callable[[JsonObject, list[Json]], bool]
"""Puts values of an event in their places; false where one is not what its field takes as it is."""

# A step is one field: its place among the values, its key and the one to take where that has none, the class of its
# values, and MappedField.number.
_Steps: TypeAlias = list[tuple[int, str, str | None, type, AsNumber | None]]


def compile_usual(action: Action, source: JsonObject, mapping: Mapping) -> Usual | None:
    """The short way of `action` with `mapping`, which `source` was compiled to; None where there is none."""
    inputs = {mapped.field.name: (at, mapped) for at, mapped in enumerate(action.inputs)}
    kinds = {mapped.field.name: kind for mapped in action.fields if (kind := _kind(mapped)) is not None}
    if mapping.parts is None or not all(name in kinds and name in inputs for name, _ in mapping.parts):
        return None
    if not all(value.__class__ is kinds.get(name) and value != "" for name, value in mapping.constants.items()):
        return None
    at_top: _Steps = []
    inside: dict[str, _Steps] = {}
    resolvers: dict[str, Callable[[Value], Value]] = {}
    resolved: _Steps = []
    root_timestamp = None
    for name, resolve in mapping.parts:
        at, mapped = inputs[name]
        match source_of(source[name], kinds[name]):
            case Source(None, "timestamp") if mapped == TIMESTAMP:
                root_timestamp = at
            case Source(None, key, otherwise):
                at_top.append((at, key, otherwise, kinds[name], mapped.number))
            case Source(str(parent), key, otherwise):
                inside.setdefault(parent, []).append((at, key, otherwise, kinds[name], mapped.number))
            case _:
                resolvers[name] = resolve
                resolved.append((at, name, None, kinds[name], mapped.number))
    takes = [_take_inside(parent, steps) for parent, steps in inside.items()] + (
        [_take_deeper(resolvers, resolved)] if resolvers else []
    )
    constants: list[Json] = [mapping.constants.get(name) for name in inputs]
    required = [at for at, mapped in inputs.values() if mapped.field.required]
    return _usual(constants, at_top, root_timestamp, takes, required)


def _usual(
    constants: list[Json], at_top: _Steps, root_timestamp: int | None, takes: list[_Take], required: list[int]
) -> Usual:
    timed = at_top if root_timestamp is None else [*at_top, (root_timestamp, "timestamp", None, str, as_seconds)]

    def usual(payload: JsonObject, seconds: int | None) -> list[Json] | None:
        values = constants.copy()
        steps = timed
        if root_timestamp is not None and seconds is not None:  # which is what `values.timestamp` would make of it
            values[root_timestamp] = seconds
            steps = at_top
        if not _take_from(payload, steps, values):
            return None
        for take in takes:
            if not take(payload, values):
                return None
        for at in required:
            if values[at] is None:
                return None
        return values

    return usual


def _take_inside(parent: str, steps: _Steps) -> _Take:
    """Takes the values of fields that come from one object of the event."""

    def take(payload: JsonObject, values: list[Json]) -> bool:
        holder = payload.get(parent)
        return _take_from(holder, steps, values) if isinstance(holder, dict) else holder is None

    return take


def _take_from(holder: JsonObject, steps: _Steps, values: list[Json]) -> bool:
    get = holder.get
    for at, key, otherwise, kind, number in steps:
        value = get(key)
        if value is None and (otherwise is None or (value := get(otherwise)) is None):
            continue
        if value.__class__ is kind:
            if value or kind is not str:
                values[at] = value
        elif number is None or not _put_number(values, at, number(value)):
            return False
    return True


def _take_deeper(resolvers: dict[str, Callable[[Value], Value]], steps: _Steps) -> _Take:
    """Takes the values of fields whose nodes have to be resolved, as from an object with a key for each."""

    def take(payload: JsonObject, values: list[Json]) -> bool:
        found: JsonObject = {}
        for name, resolve in resolvers.items():
            value = resolve(payload)
            if value is not UNDEFINED:
                found[name] = value
        return _take_from(found, steps, values)

    return take


def _put_number(values: list[Json], at: int, number: int | float | None) -> bool:
    """Put a number in its place; false if there is none."""
    values[at] = number
    return number is not None


def _kind(mapped: MappedField) -> type | None:
    """The class of which every value (but "") is right for the field as it is; None if each needs a look."""
    field = mapped.field
    if field.allow_null or field.multiple or field.choices or field.properties:
        return None
    return CLASSES.get(field.type)
