"""The recorded cases of data/, and how they are compared and reported."""

import gzip
from collections.abc import Iterator, Mapping
from pathlib import Path

import orjson

from worker.jsontypes import Json, JsonObject

DATA = Path(__file__).parent / "data"


def load(name: str) -> Json:
    """The content of data/NAME.json, which may be compressed."""
    path = DATA / f"{name}.json"
    raw = path.read_bytes() if path.exists() else gzip.decompress(path.with_suffix(".json.gz").read_bytes())
    content: Json = orjson.loads(raw)
    return content


def rows(content: Json) -> Iterator[JsonObject]:
    """The rows of a list."""
    assert isinstance(content, list)
    for row in content:
        yield object_of(row)


def object_of(value: Json) -> JsonObject:
    assert isinstance(value, dict)
    return value


def text(row: JsonObject, key: str) -> str:
    value = row[key]
    assert isinstance(value, str)
    return value


def tags(row: JsonObject) -> set[str]:
    found = row.get("tags") or []
    assert isinstance(found, list)
    return {str(tag) for tag in found}


def report(name: str, problems: Mapping[str, str | None]) -> float:
    """Print how many rows are met and why the others are not; the share that is met."""
    unmet = {row: problem for row, problem in problems.items() if problem is not None}
    met = len(problems) - len(unmet)
    print(f"\n{name}: {met} of {len(problems)} rows met")  # noqa: T201 - the report of the test
    for row, problem in unmet.items():
        print(f"  not met: {row}: {problem}")  # noqa: T201
    return met / len(problems)
