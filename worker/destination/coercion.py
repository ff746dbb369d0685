"""From mapped values to an action's fields, fast where they already are what the fields take.

What a value becomes, and the words for what is wrong, are `worker.segment.fields`'; here is only which values need it.
"""

from collections.abc import Callable
from functools import cache
from typing import Final, TypeAlias

import msgspec

from worker.destination.actions import ACTIONS, Action
from worker.jsontypes import Json, JsonObject
from worker.segment.fields import InvalidFields, compile_fields

Coerce: TypeAlias = Callable[[JsonObject], JsonObject]
"""Mapped values → fields: the same object where nothing had to be done. Raises InvalidFields with every problem."""

CLASSES: Final[dict[str, type]] = {"string": str, "object": dict, "boolean": bool}
"""Of which class a value is that its field takes as it is, by the field's type."""


@cache
def compile_coercion(key: str) -> Coerce:
    """The coercion of the action with this key: the same in all its subscriptions."""
    action = ACTIONS[key]
    classes = {
        mapped.field.name: CLASSES[mapped.field.type]
        for mapped in action.fields
        if mapped.field.type in CLASSES and not mapped.field.choices
    }
    required = [mapped.field.name for mapped in action.fields if mapped.field.required]
    coerce_one = _one_by_one(action)
    check_all = _all_at_once(action)

    def coerce(mapped: JsonObject) -> JsonObject:
        fields = mapped
        for name, value in mapped.items():
            if value.__class__ is not classes.get(name) or value == "":
                if fields is mapped:
                    fields = mapped.copy()
                try:
                    coerce_one(fields, name, value)
                except InvalidFields:
                    return check_all(mapped)
        for name in required:
            if name not in fields and not (name == action.or_anonymous and "anonymous_id" in fields):
                return check_all(mapped)
        return fields

    return coerce


def _one_by_one(action: Action) -> Callable[[JsonObject, str, Json], None]:
    """Coercion of one field in place; one that is empty, or none of the action's, is removed."""
    coercions = {
        mapped.field.name: compile_fields([msgspec.structs.replace(mapped.field, required=False)]).coerce
        for mapped in action.fields
    }
    is_blank = _blanks(action)
    lenient = {mapped.field.name for mapped in action.fields if mapped.lenient}
    numbers = {mapped.field.name: mapped.number for mapped in action.fields if mapped.number is not None}

    def coerce_one(fields: JsonObject, name: str, value: Json) -> None:
        del fields[name]
        if is_blank(name, value) or name not in coercions:
            return
        number = numbers[name](value) if name in numbers else None
        if number is not None:
            fields[name] = number
            return
        try:
            fields.update(coercions[name]({name: value}))
        except InvalidFields:
            if name not in lenient:
                raise

    return coerce_one


def _all_at_once(action: Action) -> Coerce:
    """Coercion of all fields that can be wrong, for the whole text of what is."""
    fields = [mapped.field for mapped in action.fields if not mapped.lenient]
    strict = compile_fields(fields).coerce
    relaxed = compile_fields(
        [msgspec.structs.replace(one, required=one.required and one.name != action.or_anonymous) for one in fields]
    ).coerce
    is_blank = _blanks(action)

    def check_all(mapped: JsonObject) -> JsonObject:
        given = {name: value for name, value in mapped.items() if not is_blank(name, value)}
        return strict(given) if given.get("anonymous_id") is None else relaxed(given)

    return check_all


def _blanks(action: Action) -> Callable[[str, Json], bool]:
    """Whether a value is none for the field with this name: "", or in an array what Segment makes "" of.

    Segment removes "" before it coerces, and then mostly passes over an ID or a text that is "". Here it never counts.
    """
    own = [mapped.field for mapped in action.fields]
    texts = {field.name for field in own if field.type == "string" and not field.choices}
    return lambda name, value: value == "" or (name in texts and value in ([""], [None]))
