"""The recorded cases (data/README.md), and commands as they are compared with them."""

import math
from collections.abc import Sequence
from functools import cache
from pathlib import Path

import orjson

from worker.jsontypes import Json, JsonObject

DATA = Path(__file__).parent / "data"


@cache
def load(name: str) -> Json:
    value: Json = orjson.loads((DATA / name).read_bytes())
    return value


def objects(value: Json) -> list[JsonObject]:
    """A list of objects, which it must be."""
    assert isinstance(value, list)
    return [one for one in value if isinstance(one, dict)]


def object_of(value: Json) -> JsonObject:
    assert isinstance(value, dict)
    return value


def commands_of(requests: Json) -> list[Json]:
    """The commands in recorded HTTP requests."""
    commands: list[Json] = []
    for request in objects(requests):
        body = object_of(request["json"])
        batch = body.get("batch")
        commands += batch if isinstance(batch, list) else [body]
    return commands


def equal(ours: Json, recorded: Json) -> bool:
    """Equal as JSON values: 1 equals 1.0, but true does not equal 1."""
    if isinstance(ours, dict) and isinstance(recorded, dict):
        return ours.keys() == recorded.keys() and all(equal(ours[key], recorded[key]) for key in ours)
    if isinstance(ours, list) and isinstance(recorded, list):
        return same(ours, recorded)
    if isinstance(ours, bool) or isinstance(recorded, bool):
        return ours is recorded
    if isinstance(ours, (int, float)) and isinstance(recorded, (int, float)):
        return math.isclose(ours, recorded, rel_tol=0, abs_tol=0)
    return type(ours) is type(recorded) and ours == recorded


def same(ours: Sequence[Json], recorded: Sequence[Json]) -> bool:
    return len(ours) == len(recorded) and all(map(equal, ours, recorded))
