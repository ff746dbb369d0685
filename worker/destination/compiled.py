"""An action with its mapping, compiled: from an event's JSON straight to commands."""

from typing import Protocol

from worker.destination.actions import Action
from worker.destination.actions.definition import BATCHING
from worker.destination.coercion import compile_coercion
from worker.destination.command import Command
from worker.destination.settings import ActionSettings
from worker.destination.usual import compile_usual
from worker.jsontypes import Json, JsonObject
from worker.segment.fields import InvalidFields, compile_fields
from worker.segment.mapping import ROOT_KEY, compile_mapping


class Run(Protocol):
    """An event's JSON, and the time (unix seconds) for what needs one the event does not have → its commands.

    `seconds` are those of the checked event, where it has been checked. Raises MappingError, InvalidFields or Rejected;
    their texts are for the person who sent the event.
    """

    def __call__(self, payload: JsonObject, time: float, seconds: int | None = None, /) -> list[Command]:
        """Run the action."""


def compile_action(action: Action, mapping: JsonObject, settings: ActionSettings) -> Run:
    """The action with this mapping. Raises MappingError where the mapping is invalid.

    What the mapping says without looking at the event is coerced here, once.
    """
    source = _with_constants_coerced(action, mapping)
    compiled = compile_mapping(source)
    resolve = compiled.resolve
    coerce = compile_coercion(action.key)
    usual = compile_usual(action, source, compiled)
    build = action.build
    inputs = [mapped.field.name for mapped in action.inputs]

    def run(payload: JsonObject, time: float, seconds: int | None = None, /) -> list[Command]:
        values = None
        if usual is not None:
            try:
                values = usual(payload, seconds)
            except RecursionError:  # the long way has words for it
                values = None
        if values is None:
            mapped = resolve(payload)
            fields = coerce(mapped if isinstance(mapped, dict) else {})
            values = [fields.get(name) for name in inputs]
        return build(settings, time, *values)

    return run


def _with_constants_coerced(action: Action, mapping: JsonObject) -> JsonObject:
    """The mapping, with plain JSON in it coerced, and without what is Segment's business only.

    It stays as it is where its constants are invalid: each event is then refused, with all its problems in one text.
    """
    if ROOT_KEY in mapping or any(name.startswith("@") for name in mapping):
        return mapping
    constants = {name: value for name, value in mapping.items() if not _has_directive(value)}
    try:
        fields = compile_fields([mapped.field for mapped in action.fields if mapped.field.name in constants])
        coerced = fields.coerce(constants)
    except InvalidFields:
        return mapping
    for mapped in BATCHING:
        coerced.pop(mapped.field.name, None)
    return {**coerced, **{name: value for name, value in mapping.items() if name not in constants}}


def _has_directive(value: Json) -> bool:
    if isinstance(value, dict):
        return any(name.startswith("@") or _has_directive(inner) for name, inner in value.items())
    return isinstance(value, list) and any(map(_has_directive, value))
