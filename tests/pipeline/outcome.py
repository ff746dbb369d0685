"""What came out of a running pipeline, read from its topics; and the same of an undisturbed run in one process."""

from collections import Counter
from collections.abc import Iterable, Sequence
from typing import Any

import msgspec

from worker.config import Config, compile_subscriptions
from worker.jsontypes import Json, JsonObject
from worker.runtime.connection import Connection
from worker.runtime.origin import read_origin
from worker.runtime.scan import scan
from worker.simulation import Arrival, simulate
from worker.workspace.changes import WorkspaceChange
from worker.workspace.picture import Picture, shown

NAMELESS = ("cio_id", "linked_to")
"""What depends on which handle was met first; people are compared by id and email."""


async def read_all(bootstrap: str, topic: str) -> list[Any]:
    """All records of a topic, each partition's in order."""
    return [record async for record in scan(Connection((bootstrap,)), topic)]


def workspace_of(records: Iterable[Any]) -> JsonObject:
    """The workspace that the records of workspace.changes tell, repeats dropped by their origin."""
    picture = Picture()
    decoder = msgspec.json.Decoder(WorkspaceChange)
    for record in first_of_each(records):
        picture.apply(decoder.decode(record.value))
    return comparable(shown(picture))


def first_of_each(records: Iterable[Any]) -> list[Any]:
    """The records without those that have been seen: per origin partition, marks rise."""
    highest: dict[tuple[int, bytes], tuple[int, int]] = {}
    kept = []
    for record in records:
        origin = read_origin(record.headers)
        assert origin is not None
        place = (record.partition, origin[0])
        if origin[1] > highest.get(place, (-1, -1)):
            highest[place] = origin[1]
            kept.append(record)
    return kept


def undisturbed(events: Sequence[JsonObject], config: Config) -> JsonObject:
    """The workspace after the same events, one by one, in one process without Kafka."""
    arrivals = [Arrival(event) for event in events]
    workspace = simulate(arrivals, compile_subscriptions(config), config.workspace, partitions=1)
    return comparable({name: value for name, value in workspace.items() if name != "dead_letters"})


def comparable(workspace: JsonObject) -> JsonObject:
    """Without what depends on interleavings: cio_ids, and the log of how it came about."""
    kept = {name: _without_names(value) for name, value in workspace.items() if name != "activities"}
    people = kept["people"]
    assert isinstance(people, list)
    kept["people"] = sorted(people, key=lambda person: msgspec.json.encode(person))
    return kept


def _without_names(value: Json) -> Json:
    if isinstance(value, dict):
        return {name: _without_names(inner) for name, inner in value.items() if name not in NAMELESS}
    if isinstance(value, list):
        return [_without_names(inner) for inner in value]
    return value


def event_counts(workspace: JsonObject) -> Counter[str]:
    """How often each event is somebody's."""
    people = workspace["people"]
    assert isinstance(people, list)
    return Counter(
        str(event["id"])
        for person in people
        if isinstance(person, dict)
        for event in _list(person["events"])
        if isinstance(event, dict)
    )


def _list(value: Json) -> list[Json]:
    assert isinstance(value, list)
    return value
