"""No schema breaks with that of the last release, kept in tests/topics/released (topics/README.md, "Compatibility")."""

from collections.abc import Callable
from pathlib import Path
from typing import Any, TypeAlias

import orjson
import pytest

from tests.topics.compatibility import breaks
from worker.topics import names
from worker.topics.contracts import contracts_directory
from worker.topics.wire import WIRE

SCHEMAS = contracts_directory() / "schemas"
RELEASED = sorted((Path(__file__).parent / "released").glob("*.schema.json"))

Schema: TypeAlias = Any  # a schema as JSON, to plant something in


def topic_of(path: Path) -> str:
    return path.name.rsplit(".v", 1)[0]


def is_read_by_others(topic: str) -> bool:
    """What goes out; the others take what comes in, or are read by the worker itself."""
    return topic not in names.INBOUND and (topic not in WIRE or topic == names.WORKSPACE_CHANGES)


@pytest.mark.parametrize("path", RELEASED, ids=lambda path: path.name)
def test_a_schema_does_not_break_with_that_of_the_last_release(path: Path) -> None:
    """If it is meant so, it is version 2 of the schema, beside the first one for as long as there are such records."""
    old, new = (orjson.loads(file.read_bytes()) for file in (path, SCHEMAS / path.name))
    assert breaks(old, new, readers=is_read_by_others(topic_of(path))) == []


def test_the_schemas_of_the_last_release_are_kept() -> None:
    kept = {topic_of(path) for path in RELEASED}
    assert {*names.INBOUND, names.MESSAGE_METRICS, *WIRE} <= kept


def schema(topic: str) -> Schema:
    (path,) = (path for path in RELEASED if topic_of(path) == topic)
    return orjson.loads(path.read_bytes())


def change(kind: str) -> Callable[[Schema], Schema]:
    return lambda schema: schema["$defs"][kind]


def itself(schema: Schema) -> Schema:
    return schema


def without(name: str) -> Callable[[Schema], None]:
    def plant(at: Schema) -> None:
        del at["properties"][name]
        at["required"] = [each for each in at["required"] if each != name]

    return plant


def with_(path: str, value: Schema) -> Callable[[Schema], None]:
    """Set what is at `a/b` to `value`."""

    def plant(at: Schema) -> None:
        *places, last = path.split("/")
        for place in places:
            at = at[int(place) if isinstance(at, list) else place]
        if isinstance(at, list):
            at[int(last)] = value
        else:
            at[last] = value

    return plant


def requiring(name: str, kind: Schema) -> Callable[[Schema], None]:
    def plant(at: Schema) -> None:
        at["properties"][name] = kind
        at["required"] = [*at.get("required", []), name]

    return plant


def new_kind(schema: Schema) -> None:
    schema["$defs"]["PersonSplit"] = {**schema["$defs"]["PersonRestored"], "title": "PersonSplit"}
    schema["$defs"]["PersonSplit"]["properties"] = {"type": {"enum": ["person_split"]}}
    schema["anyOf"].append({"$ref": "#/$defs/PersonSplit"})


def lost_kind(schema: Schema) -> None:
    schema["anyOf"] = [each for each in schema["anyOf"] if each["$ref"] != "#/$defs/EventsMoved"]


CREATED, EVENT = change("PersonCreated"), change("Event")
TEXT = {"type": "string"}

BREAKS = [
    (names.WORKSPACE_CHANGES, CREATED, without("identifiers"), "identifiers: gone"),
    (names.WORKSPACE_CHANGES, CREATED, with_("properties/created", TEXT), "created: no longer"),
    (names.WORKSPACE_CHANGES, CREATED, with_("properties/created", {"type": ["number", "null"]}), "created: also null"),
    (names.WORKSPACE_CHANGES, CREATED, requiring("region", TEXT), "region: is required now"),
    (names.WORKSPACE_CHANGES, CREATED, with_("required", ["type"]), "cio_id: is no longer always there"),
    (names.WORKSPACE_CHANGES, change("Origin"), without("offset"), "cause.offset: gone"),
    (names.WORKSPACE_CHANGES, itself, new_kind, "PersonSplit is new"),
    (names.WORKSPACE_CHANGES, itself, lost_kind, "EventsMoved>: gone"),
    (names.MESSAGE_METRICS, itself, without("messageId"), "messageId: gone"),
    (names.MESSAGE_METRICS, itself, with_("properties/type", {"const": "screen"}), "type: no longer"),
    (names.MESSAGE_METRICS, itself, with_("properties/messageId/maxLength", 50), "maxLength is 50"),
    (names.MESSAGE_METRICS, itself, with_("properties/timestamp/pattern", "^2"), "pattern is another"),
    (names.SEGMENT_EVENTS, itself, requiring("messageId", TEXT), "messageId: is required now"),
    (names.SEGMENT_EVENTS, change("text"), with_("type", "string"), "no longer"),
    (names.SEGMENT_EVENTS, itself, with_("properties/type/enum", ["identify", "track"]), "no longer"),
    (names.SEGMENT_EVENTS, itself, with_("anyOf", []), "gone"),
    (names.REPORTING_EVENTS, itself, requiring("region", TEXT), "region: is required now"),
    (names.PEOPLE, EVENT, with_("minItems", 99), "minItems is 99"),
    (names.PEOPLE, EVENT, with_("prefixItems", []), "has 0 items"),
    (names.PEOPLE, EVENT, with_("prefixItems/1", {"type": "integer"}), "no longer string"),
]

FITS = [
    (names.WORKSPACE_CHANGES, CREATED, with_("properties/region", TEXT)),
    (names.WORKSPACE_CHANGES, CREATED, with_("description", "In other words.")),
    (names.MESSAGE_METRICS, itself, with_("properties/region", TEXT)),
    (names.SEGMENT_EVENTS, itself, with_("properties/channel", TEXT)),
    (names.SEGMENT_EVENTS, change("text"), with_("type", ["string", "number", "boolean", "null"])),
    (names.PEOPLE, EVENT, lambda at: at["prefixItems"].append({"type": "string", "default": ""})),
]


def planted(topic: str, where: Callable[[Schema], Schema], plant: Callable[[Schema], None]) -> list[str]:
    new = schema(topic)
    plant(where(new))
    return breaks(schema(topic), new, readers=is_read_by_others(topic))


@pytest.mark.parametrize(("topic", "where", "plant", "words"), BREAKS, ids=[f"{row[0]}-{row[3]}" for row in BREAKS])
def test_a_break_is_named(
    topic: str, where: Callable[[Schema], Schema], plant: Callable[[Schema], None], words: str
) -> None:
    found = planted(topic, where, plant)
    assert [each for each in found if words in each], found


@pytest.mark.parametrize(("topic", "where", "plant"), FITS, ids=[f"{at}-{row[0]}" for at, row in enumerate(FITS)])
def test_what_the_rules_allow_is_no_break(
    topic: str, where: Callable[[Schema], Schema], plant: Callable[[Schema], None]
) -> None:
    assert planted(topic, where, plant) == []
