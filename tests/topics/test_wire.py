"""What the worker writes for itself: schemas are made from the types, examples from the decisions."""

from collections.abc import Callable
from pathlib import Path
from typing import cast, get_args

import msgspec
import orjson
import pytest
from msgspec import Struct

from worker.topics import names
from worker.topics.contracts import contracts_directory
from worker.topics.wire import WIRE, wire_examples, wire_schema
from worker.workspace.changes import WorkspaceChange
from worker.workspace.picture import Picture, shown

TOPICS = contracts_directory()


def examples(name: str, kind: str) -> list[Path]:
    return sorted((TOPICS / "examples" / name / "v1" / kind).glob("*.json"))


def decoder_of(name: str) -> Callable[[bytes], Struct]:
    return cast("Callable[[bytes], Struct]", msgspec.json.Decoder(WIRE[name].type).decode)


@pytest.mark.parametrize("name", WIRE)
def test_a_schema_says_what_the_types_say(name: str) -> None:
    """After a change of the types: make schemas."""
    stored = orjson.loads((TOPICS / "schemas" / f"{name}.v1.schema.json").read_bytes())
    assert stored == orjson.loads(orjson.dumps(wire_schema(name)))


def test_the_examples_are_what_goes_through_the_decisions() -> None:
    """They are recorded while events are decided. After a change of the rules: make schemas."""
    for name, kinds in wire_examples().items():
        stored = {path.stem: orjson.loads(path.read_bytes()) for path in examples(name, "valid")}
        assert stored == kinds


@pytest.mark.parametrize("name", WIRE)
def test_there_is_an_example_of_every_kind(name: str) -> None:
    """A kind that is new needs a history that leads to it (worker/topics/wire_events.py); then: make schemas."""
    kinds = {str(kind.__struct_config__.tag) for kind in get_args(WIRE[name].type)}
    assert {path.stem for path in examples(name, "valid")} == kinds


@pytest.mark.parametrize("path", [path for name in WIRE for path in examples(name, "invalid")], ids=str)
def test_an_invalid_example_is_refused_by_the_decoder(path: Path) -> None:
    with pytest.raises(msgspec.ValidationError):
        decoder_of(path.parts[-4])(path.read_bytes())


def test_every_change_can_be_pictured() -> None:
    picture = Picture()
    for path in examples(names.WORKSPACE_CHANGES, "valid"):
        picture.apply(msgspec.json.decode(path.read_bytes(), type=WorkspaceChange))
    assert shown(picture)["people"]
