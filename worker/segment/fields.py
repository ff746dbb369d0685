"""The fields of an action: empty values removed, types coerced, errors in Segment's words (segment_actions.md 1.4).

Segment removes empty values and then validates with the JSON Schema library ajv, which coerces types as it goes. What
both do to the kinds of fields that actions have is here.
"""

from collections.abc import Callable, Sequence
from typing import Final, Literal, TypeAlias

from msgspec import Struct

from worker.jsontypes import Json, JsonObject
from worker.segment.coercion import WrongType, coerce, either, wrong_type
from worker.segment.javascript import to_string, type_name
from worker.segment.mapping.json_text import encode_json
from worker.segment.paths import UNDEFINED
from worker.segment.timestamps import is_date_like

FieldType: TypeAlias = Literal["string", "text", "boolean", "number", "integer", "object", "datetime"]
"""The types a field can be declared with."""


class Field(Struct, frozen=True, kw_only=True):
    """One field of an action, as declared in Segment's catalogue.

    `minimum` and `maximum` are those of a number. `properties` are the declared ones of an object; without any, an
    object may hold anything.
    """

    name: str
    label: str
    type: FieldType
    required: bool = False
    multiple: bool = False
    allow_null: bool = False
    choices: tuple[str | int | float, ...] = ()
    minimum: int | float | None = None
    maximum: int | float | None = None
    properties: tuple["Field", ...] = ()


class InvalidFields(ValueError):
    """Mapped fields are missing or of wrong types. The text is Segment's; `problems` are its sentences."""

    def __init__(self, *problems: str) -> None:
        super().__init__(" ".join(problems))
        self.problems = problems


class Fields(Struct, frozen=True):
    """The compiled fields of an action.

    `coerce(payload)` gives a new payload: null and empty values removed, values coerced to their types, and what is no
    field dropped. Raises InvalidFields with all problems.
    """

    coerce: Callable[[JsonObject], JsonObject]


_TYPES: Final[dict[FieldType, tuple[str, ...]]] = {
    "string": ("string",),
    "text": ("string",),
    "boolean": ("boolean",),
    "number": ("number",),
    "integer": ("integer",),
    "object": ("object",),
    "datetime": ("string", "number"),
}

_Check: TypeAlias = Callable[[Json], str | None]
_Coerce: TypeAlias = Callable[[Json, str, list[str]], Json]  # of a value; adds its problems, which begin with the text


def compile_fields(fields: Sequence[Field], *, keep_empty_strings: bool = False) -> Fields:
    """The fields compiled. `keep_empty_strings` is what Segment does in batches: "" stays in a text field."""
    coerce_payload = _compile_properties(fields, "", keep_empty_strings=keep_empty_strings)

    def coerce_checked(payload: JsonObject) -> JsonObject:
        problems: list[str] = []
        result = coerce_payload(payload, "The root value", problems)
        if problems:
            raise InvalidFields(*problems)
        return result

    return Fields(coerce_checked)


def _compile_properties(
    fields: Sequence[Field], path: str, *, keep_empty_strings: bool
) -> Callable[[JsonObject, str, list[str]], JsonObject]:
    """Coercion of an object's properties; `path` is where the object is."""
    compiled = []
    for field in fields:
        where = f"{path}/{field.name}"
        subject = _capitalized(field.label or f"the value at {where}")
        removed = _removed(field, keep_empty_strings)
        compiled.append((field.name, _usual_class(field), subject, _compile_field(field, where), removed))
    required = [field.name for field in fields if field.required]

    def coerce_properties(payload: JsonObject, whole: str, problems: list[str]) -> JsonObject:
        result: JsonObject = {}
        found: list[str] = []
        for name, usual_class, subject, coerce_field, removed in compiled:
            value = payload.get(name, UNDEFINED)
            if value is UNDEFINED:
                continue
            if value.__class__ is usual_class and value:
                result[name] = value
            elif not ((value is None or value == "") and value in removed):
                result[name] = coerce_field(value, subject, found)
        problems += [f"{whole} is missing the required field '{name}'." for name in required if name not in result]
        problems += found
        return result

    return coerce_properties


def _usual_class(field: Field) -> type | None:
    """The class of which every value (but an empty one) is right as it is; None if each needs a look."""
    if field.multiple or field.choices or field.properties:
        return None
    return {"string": str, "text": str, "object": dict, "boolean": bool}.get(field.type)


def _capitalized(text: str) -> str:
    return text[0].upper() + text[1:]


def _allows_null(field: Field) -> bool:
    return field.allow_null and not field.multiple and not field.properties


def _removed(field: Field, keep_empty_strings: bool) -> tuple[Json, ...]:
    """The values, of null and "", that are the same as none."""
    keeps_blank = keep_empty_strings and "string" in _TYPES[field.type] and not field.multiple
    return (() if _allows_null(field) else (None,)) + (() if keeps_blank else ("",))


def _compile_field(field: Field, path: str) -> _Coerce:
    types = _TYPES[field.type]
    checks: list[_Check] = []
    if field.choices:
        checks.append(_check_choices([*field.choices, None] if field.allow_null else field.choices))
    if field.multiple:
        return _compile_items(path, types, checks)
    if _allows_null(field):
        types += ("null",)
    if field.type == "number":
        checks.append(_check_bounds(field))
    if field.type == "datetime":
        checks.append(_check_date)
    coerce_value = _compile_value(types, checks)
    return _compile_object(field, path, coerce_value) if field.properties else coerce_value


def _compile_object(field: Field, path: str, coerce_value: _Coerce) -> _Coerce:
    coerce_properties = _compile_properties(field.properties, path, keep_empty_strings=True)

    def coerce_object(value: Json, subject: str, problems: list[str]) -> Json:
        value = coerce_value(value, subject, problems)
        return coerce_properties(value, subject, problems) if isinstance(value, dict) else value

    return coerce_object


def _compile_value(types: tuple[str, ...], checks: Sequence[_Check]) -> _Coerce:
    def coerce_value(value: Json, subject: str, problems: list[str]) -> Json:
        try:
            value = coerce(value, types)
        except WrongType as wrong:
            value = wrong.value
            problems.append(f"{subject} {wrong_type(types, value)}.")
        problems += [f"{subject} {problem}." for check in checks if (problem := check(value))]
        return value

    return coerce_value


def _compile_items(path: str, types: tuple[str, ...], checks: Sequence[_Check]) -> _Coerce:
    """Coercion of a field of many values: of each item, a single value being an array of one."""
    coerce_item = _compile_value(types, checks)
    blank_removed = "string" not in types

    def coerce_items(value: Json, _subject: str, problems: list[str]) -> Json:
        items: list[Json] = value if isinstance(value, list) else [value]
        items = [item for item in items if item is not None and not (item == "" and blank_removed)]
        return [coerce_item(item, f"The value at {path}/{index}", problems) for index, item in enumerate(items)]

    return coerce_items


def _check_choices(choices: Sequence[Json]) -> _Check:
    problem = f"must be one of: {either([str(encode_json(choice)) for choice in choices])}"
    kinds = [(type_name(choice), choice) for choice in choices]
    return lambda value: None if (type_name(value), value) in kinds else problem


def _check_bounds(field: Field) -> _Check:
    def check(value: Json) -> str | None:
        if not isinstance(value, int | float):
            return None
        if field.minimum and value < field.minimum:
            return f"must be equal to or greater than {to_string(field.minimum)}"
        if field.maximum and value > field.maximum:
            return f"must be equal to or less than {to_string(field.maximum)}"
        return None

    return check


def _check_date(value: Json) -> str | None:
    if isinstance(value, str) and not is_date_like(value):
        return "must be a valid date-like string but it was not"
    return None
