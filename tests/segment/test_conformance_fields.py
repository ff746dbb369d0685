"""All recorded rows of field coercion. Counts and rows not met are printed."""

from tests.segment.recorded import load, object_of, report, rows, text
from worker.jsontypes import Json, JsonObject
from worker.segment.fields import Field, Fields, FieldType, InvalidFields, compile_fields


def fields_of_schema(schema: JsonObject) -> list[Field]:
    """The fields whose JSON schema this is."""
    return [field_of_schema(name, object_of(inner)) for name, inner in object_of(schema["properties"]).items()]


def field_of_schema(name: str, schema: JsonObject) -> Field:
    declared = schema["type"]
    types = declared if isinstance(declared, list) else [declared]
    kind = next((str(item) for item in types if item != "null"), "string")
    properties = tuple(fields_of_schema(schema)) if "properties" in schema else ()
    return Field(name=name, label="", type=field_type(kind), allow_null="null" in types, properties=properties)


def field_type(name: str) -> FieldType:
    match name:
        case "string" | "text" | "boolean" | "number" | "integer" | "object" | "datetime":
            return name
    raise AssertionError(name)


def declared_only(value: Json, schema: JsonObject) -> Json:
    """The value without what the schema does not declare: the validation that follows drops it."""
    if not isinstance(value, dict) or "properties" not in schema:
        return value
    properties = object_of(schema["properties"])
    return {key: declared_only(item, object_of(properties[key])) for key, item in value.items() if key in properties}


def test_remove_empty_values() -> None:
    problems: dict[str, str | None] = {}
    for row in rows(load("remove_empty_values")):
        arguments = row["args"]
        assert isinstance(arguments, list)
        payload, schema, is_root = arguments
        fields = compile_fields(fields_of_schema(object_of(schema)), keep_empty_strings=not is_root)
        found = fields.coerce(object_of(payload))
        expected = declared_only(row["expect"], object_of(schema))
        problems[text(row, "id")] = None if found == expected else f"{found} is not {expected}"
    assert report("remove_empty_values.json", problems) == 1.0


def field_as_declared(kind: str, declared: JsonObject) -> Field:
    def number(key: str) -> float | None:
        value = declared.get(key)
        return value if isinstance(value, int | float) else None

    choices = declared.get("choices") or []
    assert isinstance(choices, list)
    return Field(
        name="f",
        label=text(declared, "label"),
        type=field_type(text(declared, "type")),
        required=bool(declared.get("required")),
        multiple=bool(declared.get("multiple")),
        allow_null=kind.endswith("_allowNull"),
        choices=tuple(text(object_of(choice), "value") for choice in choices),
        minimum=number("minimum"),
        maximum=number("maximum"),
    )


def coercion_problem(fields: Fields, row: JsonObject) -> str | None:
    payload: JsonObject = {} if row.get("absent") else {"f": row["value"]}
    found: Json
    try:
        found = fields.coerce(payload)
    except InvalidFields as error:
        found = str(error)
    expected = row["error"] if "error" in row else row["expect"]
    return None if found == expected else f"{payload} gives {found}, not {expected}"


def test_field_coercion() -> None:
    recorded = object_of(load("field_coercion"))
    problems: dict[str, str | None] = {}
    for at, row in enumerate(rows(recorded["cases"])):
        kind, mode = text(row, "field_type"), text(row, "mode")
        field = field_as_declared(kind, object_of(object_of(recorded["fields"])[kind]))
        fields = compile_fields([field], keep_empty_strings=mode == "batch")
        problems[f"{at} {kind} {mode}"] = coercion_problem(fields, row)
    assert len(problems) > 900
    assert report("field_coercion.json", problems) == 1.0
