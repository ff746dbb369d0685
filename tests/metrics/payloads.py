"""Webhooks for tests: the published ones, and a factory for others."""

import gzip
from pathlib import Path
from typing import Any

import orjson

from worker.jsontypes import Json, JsonObject
from worker.metrics.webhook import Webhook, read_webhook

DATA = Path(__file__).parent / "data"


def load(name: str) -> Any:  # the shape is each file's own
    """The decoded content of a file in `data`."""
    raw = (DATA / name).read_bytes()
    return orjson.loads(gzip.decompress(raw) if name.endswith(".gz") else raw)


def make_body(object_type: str = "email", metric: str = "opened", **data: Json) -> JsonObject:
    """A webhook's JSON about the person `ana-7`; `data` is added to its data, or replaces what it has."""
    common: JsonObject = {
        "identifiers": {"id": "ana-7", "email": "ana@example.com", "cio_id": "d9c106000007"},
        "delivery_id": "RPILAgUBcRhIBqSfeiIwdIYJKxTY",
    }
    return {
        "event_id": "01E4C4CT6YDC7Y5M7FE1GWWPQJ",
        "object_type": object_type,
        "metric": metric,
        "timestamp": 1613063089,
        "data": common | data,
    }


def make_webhook(object_type: str = "email", metric: str = "opened", **data: Json) -> Webhook:
    """The webhook in `make_body`'s JSON."""
    return read_webhook(make_body(object_type, metric, **data))


def synthetic_webhooks() -> list[tuple[str, JsonObject]]:
    """Name and payload of the 227 synthetic webhooks."""
    rows = load("synthetic_webhooks.json.gz")
    return [(f"{row['schema']} {row['origin'] or ''}".strip(), row["payload"]) for row in rows]
