"""All recorded rows of Segment's language. Counts and rows not met are printed."""

from tests.segment.recorded import load, object_of, report, rows, tags, text
from worker.jsontypes import Json, JsonObject
from worker.segment.fql import FqlError, compile_trigger
from worker.segment.identifiers import resolve_identifiers
from worker.segment.mapping import UNDEFINED, MappingError, compile_mapping, validate_mapping
from worker.segment.mapping.structure import flatten_value
from worker.segment.mapping.template import compile_template, render
from worker.segment.mapping.values import clean
from worker.segment.paths import compile_keys, get
from worker.segment.timestamps import to_unix_attribute, to_unix_timestamp


def message_of(row: JsonObject) -> str:
    """The recorded error's text, without the name that aggregates put before each."""
    return text(object_of(row["error"]), "message").replace("ValidationError: ", "")


def fql_problem(row: JsonObject) -> str | None:
    event = object_of(row["event"])
    try:
        trigger = compile_trigger(text(row, "fql"))
    except FqlError as error:
        return None if row["expect"] is False else f"{text(row, 'fql')!r}: {error}"
    matches = trigger.matches(event)
    if matches and trigger.types is not None and event.get("type") not in trigger.types:
        return f"{row['fql']!r} matches a type that is not in {trigger.types}"
    if matches and trigger.event_names is not None and event.get("event") not in trigger.event_names:
        return f"{row['fql']!r} matches an event that is not in {trigger.event_names}"
    return None if matches == row["expect"] else f"{row['fql']!r} on {event}: {matches}"


def test_fql() -> None:
    problems = {text(row, "id"): fql_problem(row) for row in rows(load("fql"))}
    assert len(problems) > 1500
    assert report("fql.json", problems) == 1.0


def test_fql_parse() -> None:
    problems = {}
    for row in rows(load("fql_parse")):
        try:
            compile_trigger(text(row, "fql"))
            is_error = False
        except FqlError:
            is_error = True
        problems[repr(row["fql"])] = None if is_error == ("error" in row) else f"error: {is_error}"
    assert report("fql_parse.json", problems) == 1.0


def mapping_problem(row: JsonObject) -> str | None:
    try:
        value = compile_mapping(row["mapping"]).resolve(row["payload"])
    except MappingError as error:
        if "error" not in row:
            return f"{row['mapping']}: {error}"
        if tags(row) - {"error"} or str(error) == message_of(row):
            return None
        return f"the message is {str(error)!r}, not {message_of(row)!r}"
    if "error" in row:
        return f"{row['mapping']}: no error, but {value}"
    expected = UNDEFINED if row.get("expect_undefined") else row["expect"]
    return None if value == expected else f"{row['mapping']}: {value} is not {expected}"


UNSUPPORTED = {"liquid", "js-nonobject-mapping"}
"""The tags of mappings that are refused, though Segment's library resolves most of them."""


def test_mapping() -> None:
    problems: dict[str, str | None] = {}
    refused: dict[str, str | None] = {}
    for row in rows(load("mapping")):
        (refused if tags(row) & UNSUPPORTED else problems)[text(row, "id")] = mapping_problem(row)
    assert len(problems) > 350
    assert report("mapping.json", problems) == 1.0
    report("mapping.json, what is refused here", refused)


def test_mapping_validate() -> None:
    problems: dict[str, str | None] = {}
    for row in rows(load("mapping_validate")):
        try:
            validate_mapping(row["mapping"])
            found = None
        except MappingError as error:
            found = str(error)
        expected = None if row["valid"] else message_of(row)
        problems[text(row, "id")] = None if found == expected else f"{found!r} is not {expected!r}"
    assert report("mapping_validate.json", problems) == 1.0


def test_template() -> None:
    problems: dict[str, str | None] = {}
    for row in rows(load("template")):
        template, data = row["template"], row["data"]
        if not isinstance(template, str):
            problems[text(row, "id")] = None  # its type says that it is text; compile_mapping refuses others
            continue
        found = {render(template, data), compile_template(template)(data)}
        problems[text(row, "id")] = None if found == {row["expect"]} else f"{found} is not {row['expect']!r}"
    assert report("template.json", problems) == 1.0


def test_get() -> None:
    problems: dict[str, str | None] = {}
    for row in rows(load("get")):
        match row["path"]:
            case str() as path:
                found = get(row["object"], path)
            case list() as keys:
                found = compile_keys([str(key) for key in keys])(row["object"])
            case _:
                found = UNDEFINED  # no path is no text; the type of the function says so
        expected = UNDEFINED if row.get("expect_undefined") else row["expect"]
        problems[text(row, "id")] = None if found == expected else f"{found} is not {expected}"
    assert report("get.json", problems) == 1.0


def test_flatten() -> None:
    problems: dict[str, str | None] = {}
    for row in rows(load("flatten")):
        arguments = row["args"]
        assert isinstance(arguments, list)
        value, _prefix, separator, omit_arrays = [*arguments, None, ".", False][:1] + [*arguments[1:], "", ".", False][
            :3
        ]
        found = clean(flatten_value(value, str(separator), arrays=not omit_arrays))
        problems[text(row, "id")] = None if found == row["expect"] else f"{found} is not {row['expect']}"
    assert report("flatten.json", problems) == 1.0


def test_identifiers() -> None:
    problems: dict[str, str | None] = {}
    for row in rows(load("customerio_identifiers")):
        arguments = {
            key: value for key, value in object_of(row["args"]).items() if value is None or isinstance(value, str)
        }
        found = resolve_identifiers(**arguments)
        problems[str(arguments)] = None if found == row["expect"] else f"{found} is not {row['expect']}"
    assert report("customerio_identifiers.json", problems) == 1.0


def is_iso_date(value: str) -> bool:
    return to_unix_attribute(value) is not value


def test_timestamps() -> None:
    recorded = object_of(load("customerio_timestamps"))
    problems: dict[str, str | None] = {}
    for row in rows(recorded["cases"]):
        value = text(row, "value")
        found = (is_iso_date(value), to_unix_attribute(value), to_unix_timestamp(value))
        expected = (row["is_iso_date"], row["attribute_conversion"], row["timestamp_field_conversion"])
        problems[repr(value)] = None if found == expected else f"{found} is not {expected}"
    for row in rows(recorded["upstream_util_tests"]):
        problems[text(row, "id")] = util_problem(text(row, "fn"), row)
    assert report("customerio_timestamps.json", problems) == 1.0


def util_problem(function: str, row: JsonObject) -> str | None:
    arguments = row["args"]
    assert isinstance(arguments, list)
    (argument,) = arguments
    found: Json
    match function:
        case "isIsoDate":
            found = is_iso_date(str(argument))
        case "convertValidTimestamp":
            found = to_unix_timestamp(argument)
        case "resolveIdentifiers":
            found = {**(resolve_identifiers(**{key: str(value) for key, value in object_of(argument).items()}) or {})}
        case _:
            return f"{function} is not known"
    expected = {} if row["expect"] == {"$undefined": True} else row["expect"]
    return None if found == expected else f"{found} is not {expected}"
