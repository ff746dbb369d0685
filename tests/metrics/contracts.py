"""The contracts of the two topics: schemas and examples."""

from pathlib import Path
from typing import Any

import orjson

TOPICS = Path(__file__).parents[2] / "topics"


def schema(topic: str) -> dict[str, Any]:  # a JSON Schema
    """The schema of a topic's values, version 1."""
    loaded: dict[str, Any] = orjson.loads((TOPICS / "schemas" / f"{topic}.v1.schema.json").read_bytes())
    return loaded


def examples(topic: str, kind: str) -> dict[str, bytes]:
    """The topic's example values by name; `kind` is valid or invalid."""
    folder = TOPICS / "examples" / topic / "v1" / kind
    return {path.stem: path.read_bytes() for path in sorted(folder.glob("*.json"))}
