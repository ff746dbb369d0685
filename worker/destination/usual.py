"""The short way from an event to an action's fields, for events whose values are what the fields take anyway.

That is nearly all of them. Anything else (a number as userId, a missing required field, an object where a text should
be) takes the long way, which knows every rule and has the words for what is wrong: mapping, then coercion. Both ways
end at the same fields.
"""

from collections.abc import Callable
from typing import TypeAlias, TypeVar

from worker.destination.actions import Action
from worker.destination.actions.definition import MappedField
from worker.destination.actions.values import as_seconds
from worker.destination.coercion import CLASSES
from worker.jsontypes import Json, JsonObject
from worker.segment.mapping import Mapping
from worker.segment.paths import UNDEFINED, Value

Usual: TypeAlias = Callable[[JsonObject], JsonObject | None]
"""An event's JSON → coerced fields; None where the long way has to be taken. Raises MappingError."""

_SourceT = TypeVar("_SourceT")
_Steps: TypeAlias = list[tuple[str, _SourceT, type, bool]]  # field, where from, class, whether it is a time


def compile_usual(action: Action, source: JsonObject, mapping: Mapping) -> Usual | None:
    """The short way of `action` with `mapping`, which `source` was compiled to; None where there is none."""
    kinds = {mapped.field.name: kind for mapped in action.fields if (kind := _kind(mapped)) is not None}
    if mapping.parts is None or not all(name in kinds for name, _ in mapping.parts):
        return None
    if not all(value.__class__ is kinds.get(name) and value != "" for name, value in mapping.constants.items()):
        return None
    times = {mapped.field.name for mapped in action.fields if mapped.is_time}
    keys = {name: key for name, node in source.items() if (key := _top_level(node)) is not None}
    at_top = [(name, keys[name], kinds[name], name in times) for name, _ in mapping.parts if name in keys]
    deeper = [(name, resolve, kinds[name], name in times) for name, resolve in mapping.parts if name not in keys]
    required = frozenset(mapped.field.name for mapped in action.fields if mapped.field.required)
    return _usual(mapping.constants, at_top, deeper, required)


def _usual(
    constants: JsonObject, at_top: _Steps[str], deeper: _Steps[Callable[[Value], Value]], required: frozenset[str]
) -> Usual:
    def usual(payload: JsonObject) -> JsonObject | None:
        fields = constants.copy()
        get = payload.get
        for name, key, kind, is_time in at_top:
            value = get(key)
            if value.__class__ is kind:
                if value != "":
                    fields[name] = value
            elif value is not None:
                if not is_time or (seconds := as_seconds(value)) is None:
                    return None
                fields[name] = seconds
        for name, resolve, kind, is_time in deeper:
            found = resolve(payload)
            if found.__class__ is kind:
                if found != "":
                    fields[name] = found  # type: ignore[assignment] # UNDEFINED is not of that class
            elif found is not None and found is not UNDEFINED:
                if not is_time or (seconds := as_seconds(found)) is None:
                    return None
                fields[name] = seconds
        return fields if not required or required <= fields.keys() else None

    return usual


def _kind(mapped: MappedField) -> type | None:
    """The class of which every value (but "") is right for the field as it is; None if each needs a look."""
    field = mapped.field
    if field.allow_null or field.multiple or field.choices or field.properties:
        return None
    return CLASSES.get(field.type)


def _top_level(node: Json) -> str | None:
    """The key of the event whose value the node stands for."""
    if not isinstance(node, dict) or node.keys() != {"@path"}:
        return None
    path = node["@path"]
    return path[2:] if isinstance(path, str) and path.startswith("$.") and path[2:].isalpha() else None
