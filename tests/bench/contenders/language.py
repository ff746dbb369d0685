"""This project's way from events to commands: `EVENTS ROUNDS EXTRA` → the same JSON as segment_npm/segment.js."""

import gc
import sys
import time
from pathlib import Path

import msgspec
import orjson

from worker.destination.settings import ActionSettings
from worker.destination.subscriptions import Subscription, Subscriptions, automatic
from worker.segment.events import check_event, decode_event

ARRIVED = 1_767_225_600.0


def main() -> None:
    """Measure, and print."""
    file, rounds, extra = sys.argv[1:]
    subscriptions = subscribed(int(extra))
    lines = Path(file).read_bytes().splitlines()
    events = [orjson.loads(line) for line in lines]
    gc.collect()
    gc.freeze()  # as the worker does
    gc.set_threshold(50_000, 20, 50)

    def decoded() -> int:
        return sum(len(one.commands) for event in events for one in subscriptions.commands(check_event(event), ARRIVED))

    def text() -> int:
        return sum(len(one.commands) for line in lines for one in subscriptions.commands(decode_event(line), ARRIVED))

    found: dict[str, list[float]] = {"decoded": [], "text": []}
    matches = decoded()  # also to warm up; in this mix a match is a command
    for _ in range(int(rounds)):
        for name, run in (("decoded", decoded), ("text", text)):
            began = time.perf_counter()
            run()
            found[name].append(time.perf_counter() - began)
    sys.stdout.buffer.write(msgspec.json.encode(found | {"matches": matches}))


def subscribed(extra: int) -> Subscriptions:
    """The 15 automatic presets, and `extra` subscriptions to events of names of their own."""
    settings = ActionSettings()
    presets = automatic(settings)
    (track,) = (one for one in presets if one.action == "trackEvent")
    more = [
        Subscription(
            name=f"Event {at}",
            action=track.action,
            trigger=f'type = "track" and event = "Event {at}"',
            mapping=track.mapping,
        )
        for at in range(extra)
    ]
    return Subscriptions.compile([*presets, *more], settings)


if __name__ == "__main__":
    main()
