"""Every example is what its directory says: valid, or invalid, by its topic's JSON Schema."""

import re
from pathlib import Path

import orjson
import pytest
from jsonschema import Draft202012Validator

from worker.jsontypes import Json, JsonObject
from worker.topics.contracts import contracts_directory, load_contracts

TOPICS = contracts_directory()
CONTRACTS = {name: contract for name, contract in load_contracts().items() if contract.schema}
KINDS = ("valid", "invalid", "refused")


def schema_of(name: str) -> JsonObject:
    loaded: JsonObject = orjson.loads((TOPICS / "schemas" / f"{CONTRACTS[name].schema}.schema.json").read_bytes())
    return loaded


def examples(kind: str) -> list[tuple[str, Path]]:
    directories = [(name, TOPICS / "examples" / str(contract.examples) / kind) for name, contract in CONTRACTS.items()]
    return [(name, path) for name, directory in directories for path in sorted(directory.glob("*.json"))]


def named(value: object) -> str | None:
    return value.stem if isinstance(value, Path) else None


@pytest.mark.parametrize("name", CONTRACTS)
def test_a_schema_is_sound_and_says_what_it_is(name: str) -> None:
    schema = schema_of(name)
    Draft202012Validator.check_schema(schema)
    assert schema["$schema"] == "https://json-schema.org/draft/2020-12/schema"
    assert re.fullmatch("[a-z][a-z0-9_]*", str(schema["title"]))
    assert schema["description"]


@pytest.mark.parametrize("name", CONTRACTS)
@pytest.mark.parametrize("kind", ["valid", "invalid"])
def test_every_schema_has_examples_of_both_kinds(name: str, kind: str) -> None:
    assert [path for topic, path in examples(kind) if topic == name]


@pytest.mark.parametrize(("name", "path"), [*examples("valid"), *examples("refused")], ids=named)
def test_a_valid_example_is_valid(name: str, path: Path) -> None:
    Draft202012Validator(schema_of(name)).validate(orjson.loads(path.read_bytes()))


@pytest.mark.parametrize(("name", "path"), examples("invalid"), ids=named)
def test_an_invalid_example_is_invalid(name: str, path: Path) -> None:
    try:
        value: Json = orjson.loads(path.read_bytes())
    except orjson.JSONDecodeError:
        return
    assert not Draft202012Validator(schema_of(name)).is_valid(value)


@pytest.mark.parametrize("name", CONTRACTS)
def test_examples_differ(name: str) -> None:
    contents = [path.read_bytes() for kind in KINDS for topic, path in examples(kind) if topic == name]
    assert len(contents) == len(set(contents))
