"""Quix Streams doing the same: stateful (RocksDB and changelog), one output an event, at least once.

Runs in a Python environment of its own (quix_venv.py), so it imports nothing of this project.
"""

import json
import sys
from typing import Any

from quixstreams import Application, State  # type: ignore[import-not-found]

job = json.loads(sys.argv[1])
app = Application(
    broker_address=job["bootstrap"],
    consumer_group=job["group"],
    auto_offset_reset="earliest",
    state_dir=job["directory"] + "/state",
    auto_create_topics=True,
    loglevel="WARNING",
)
events = app.topic(job["input"], key_deserializer="str", value_deserializer="json")
output = app.topic(job["output"], key_serializer="str", value_serializer="json")


def count(event: dict[str, Any], state: State) -> dict[str, Any]:
    before = state.get("count")
    n = before["n"] + 1 if before is not None else 1
    state.set("count", {"n": n, "last": event["messageId"]})
    return {"user": event["userId"], "n": n, "cause": event["messageId"]}


app.dataframe(events).apply(count, stateful=True).to_topic(output)
app.run()
