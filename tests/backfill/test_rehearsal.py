"""Replaying is repeating: on the simulated network, events of all kinds once more change nothing."""

from random import Random

import orjson

from tests.pipeline.events import histories
from worker.backfill.dry_run import Rehearsal
from worker.backfill.selecting import Chosen, Source
from worker.config import compile_subscriptions, load_config
from worker.jsontypes import Json, JsonObject
from worker.local.demo import demo_file
from worker.segment.events import InvalidEvent, decode_event
from worker.simulation.network import Network
from worker.topics import names


def rehearsal(network: Network | None = None) -> tuple[Rehearsal, Network]:
    config = load_config(None)
    network = network or Network(config.workspace.settings(), 4, Random(0))
    return Rehearsal(network, compile_subscriptions(config)), network


def play(events: list[bytes], network: Network | None = None) -> tuple[JsonObject, Network]:
    """The changes by type; and the network after it."""
    one, network = rehearsal(network)
    for number, raw in enumerate(events):
        try:
            event = decode_event(raw)
        except InvalidEvent:
            continue
        one.play(Chosen(Source(0, number, None, raw, (), f"x/0/{number}", None), 1_793_500_000_000, event))
    return {**one.tally.summary(len(events), 0, 0).changes}, network


def test_the_same_events_again_change_nothing() -> None:
    events = [orjson.dumps(event) for event in histories(15, 30, 3)]
    events += demo_file(names.SEGMENT_EVENTS).read_bytes().splitlines()
    events += [b'{"type": "track", "userId": "nameless", "event": "Without messageId"}']
    first, network = play(events)
    assert first["person_created"]
    again, _ = play(events, network)
    assert again == {}


def test_it_says_what_would_change() -> None:
    def identify(message_id: str, time: str, **traits: Json) -> bytes:
        event = {"type": "identify", "userId": "u1", "messageId": message_id, "timestamp": time, "traits": traits}
        return orjson.dumps(event)

    _, network = play([identify("m1", "2026-11-01T00:00:00Z", plan="free", city="Bern")])
    one, _ = rehearsal(network)
    for raw in (
        identify("m2", "2026-11-02T00:00:00Z", plan="pro"),
        identify("m3", "2026-10-01T00:00:00Z", plan="older", city="older"),
        orjson.dumps({"type": "identify", "userId": "u2", "messageId": "m4", "timestamp": "2026-11-02T00:00:00Z"}),
    ):
        one.play(Chosen(Source(0, 0, None, raw, (), "x/0/0", None), 1_793_500_000_000, decode_event(raw)))
    found = one.tally.summary(3, 0, 0)
    (example,) = found.examples
    assert (example.attribute, example.before, example.after, example.message_id) == ("plan", "free", "pro", "m2")
    assert [(person.what, person.id) for person in found.people] == [("created", "u2")]
    assert found.people_changed == 1
    assert not found.nothing


def test_the_device_of_an_identify_that_would_be_ignored_changes_nothing() -> None:
    suppressed = {"type": "track", "userId": "b@x.io", "event": "User Suppressed", "messageId": "m1"}
    device = {"token": "t", "type": "ios"}
    ignored = {"type": "identify", "userId": "ada", "traits": {"email": "b@x.io"}, "context": {"device": device}}
    _, network = play([orjson.dumps(suppressed)])
    assert play([orjson.dumps({**ignored, "messageId": "m2"})], network)[0] == {}
