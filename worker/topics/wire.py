"""The JSON Schemas of what the worker itself writes, made from the types in the code: `python -m worker.topics.wire`.

So a schema cannot say anything else than what is written and read. The examples are real: one of each kind, from events
going through the decisions: the bundled ones, and the histories of wire_events.py.
"""

from collections.abc import Iterable, Iterator
from pathlib import Path
from random import Random
from typing import Final, cast

import msgspec
import orjson
from msgspec import Struct

from worker.destination.settings import ActionSettings
from worker.destination.subscriptions import Subscriptions, automatic
from worker.jsontypes import Json, JsonObject
from worker.local.demo import demo_file
from worker.simulation import Arrival, Simulation
from worker.topics import names
from worker.topics.contracts import contracts_directory
from worker.topics.wire_events import History, histories
from worker.workspace.changes import WorkspaceChange
from worker.workspace.effects import Effect, Publish, Send
from worker.workspace.messages import AnonymousMessage, DevicesMessage, ObjectsMessage, PeopleMessage
from worker.workspace.settings import WorkspaceSettings


class Wire(Struct, frozen=True):
    """What a topic carries: its type, and the schema's title and description."""

    type: object
    title: str
    description: str


WIRE: Final = {
    names.PEOPLE: Wire(PeopleMessage, "people_message", "What is to be done to a handle or a profile; internal."),
    names.ANONYMOUS: Wire(AnonymousMessage, "anonymous_message", "What happens under an anonymousId; internal."),
    names.OBJECTS: Wire(ObjectsMessage, "objects_message", "What is to be done to an object or its type; internal."),
    names.DEVICES: Wire(DevicesMessage, "devices_message", "What is to be done to a device; internal."),
    names.WORKSPACE_CHANGES: Wire(WorkspaceChange, "workspace_change", "What happened to the workspace, and why."),
}


def wire_schema(name: str) -> JsonObject:
    """The JSON Schema of the topic of contract `name`; its objects are closed, as everything is that we write."""
    wire = WIRE[name]
    made: JsonObject = msgspec.json.schema(wire.type)
    definitions = made["$defs"]
    assert isinstance(definitions, dict)
    for definition in definitions.values():
        assert isinstance(definition, dict)
        definition["description"] = " ".join(str(definition.get("description", "")).split())
        if definition["type"] == "object":
            definition["additionalProperties"] = False
    made = cast("JsonObject", _in_order(made))
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": wire.title,
        "description": wire.description,
        **made,
    }


def _in_order(schema: Json) -> Json:
    """Alternatives sorted: Python may give a union's members in the order of another union with the same ones."""
    if isinstance(schema, dict):
        ordered = {name: _in_order(value) for name, value in schema.items()}
        alternatives = ordered.get("anyOf")
        if isinstance(alternatives, list):
            ordered["anyOf"] = sorted(alternatives, key=orjson.dumps)
        return dict(sorted(ordered.items())) if "$ref" not in ordered else ordered
    return [_in_order(one) for one in schema] if isinstance(schema, list) else schema


def wire_examples() -> dict[str, dict[str, Json]]:
    """By contract and by kind (the tag): the first one of each kind, in the bundled events or in further histories."""
    recorder = _Recorder()
    for history in (History(tuple(_bundled())), *histories()):
        _run(history, recorder)
    return recorder.found


def _run(history: History, recorder: "_Recorder") -> None:
    subscriptions = Subscriptions.compile(automatic(ActionSettings()), ActionSettings())
    simulation = Simulation(subscriptions, WorkspaceSettings(), 12, Random(history.seed or 0))
    simulation.network.watch(recorder.take)
    for event in history.events:
        simulation.arrive(Arrival(event), interleave=history.seed is not None)
    simulation.network.settle()


class _Recorder:
    def __init__(self) -> None:
        self.found: dict[str, dict[str, Json]] = {name: {} for name in WIRE}

    def take(self, effects: Iterable[Effect]) -> None:
        for effect in effects:
            if isinstance(effect, Send):
                self._keep(effect.entity, effect.message)
            elif isinstance(effect, Publish):
                self._keep(names.WORKSPACE_CHANGES, effect.change)

    def _keep(self, name: str, value: Struct) -> None:
        kind = str(value.__struct_config__.tag)
        if kind not in self.found[name]:
            self.found[name][kind] = orjson.loads(msgspec.json.encode(value))


def _bundled() -> Iterator[JsonObject]:
    for line in demo_file(names.SEGMENT_EVENTS).read_bytes().splitlines():
        try:
            event: Json = orjson.loads(line)
        except orjson.JSONDecodeError:
            continue
        if isinstance(event, dict):
            yield event


def write(directory: Path) -> None:
    """Write all schemas and examples below `directory`, the contracts' own."""
    for name in WIRE:
        _dump(directory / "schemas" / f"{name}.v1.schema.json", wire_schema(name))
    for name, kinds in wire_examples().items():
        folder = directory / "examples" / name / "v1" / "valid"
        folder.mkdir(parents=True, exist_ok=True)
        for old in folder.glob("*.json"):
            old.unlink()
        for kind, value in kinds.items():
            _dump(folder / f"{kind}.json", value)


def _dump(path: Path, value: Json) -> None:
    path.write_bytes(orjson.dumps(value, option=orjson.OPT_INDENT_2 | orjson.OPT_APPEND_NEWLINE))


if __name__ == "__main__":
    write(contracts_directory())
