"""What agents make of replayed records: the same as of the originals, and nothing for Segment unless asked to."""

from typing import Any, NamedTuple

import msgspec
import orjson
import pytest

from worker.agents.identify import identify_agent
from worker.agents.message_metrics import message_metrics_agent
from worker.agents.outlets import make_outlets
from worker.agents.route import route_agent
from worker.config import compile_subscriptions, load_config
from worker.local.demo import demo_file
from worker.runtime.agent import AgentSpec
from worker.runtime.errors import InvalidMessage
from worker.runtime.outgoing import Headers
from worker.runtime.partition_state import PartitionState
from worker.runtime.replayed import REPLAYED_HEADER, mark_of, replay_headers
from worker.runtime.unit import Prepared, Unit
from worker.topics import names
from worker.topics.contracts import load_contracts
from worker.workspace.messages import PeopleMessage
from worker.workspace.values import PeopleValue

CONFIG = load_config(None)
OUTLETS = make_outlets(load_contracts(app_id="test", prefix="", partitions=1))


class Given(NamedTuple):
    """A record as agents see it."""

    value: bytes
    headers: Headers
    topic: str = names.SEGMENT_EVENTS
    partition: int = 0
    offset: int = 90
    timestamp: int = 1_793_600_000_000
    key: bytes | None = b"u1"


def handled(agent: AgentSpec[Any], record: Given, state: PartitionState | None = None, kind: object = None) -> Prepared:
    unit: Unit[Any] = Unit(state, None if kind is None else msgspec.json.Decoder(kind))
    unit.begin(record)
    agent.handle(record, unit)
    return unit.prepare()


def routed(headers: Headers) -> tuple[PeopleMessage, Headers]:
    """The message that a track call without messageId and time leads to, and its headers."""
    agent = route_agent(names.SEGMENT_EVENTS, compile_subscriptions(CONFIG), CONFIG.workspace.settings(), OUTLETS)
    outputs = handled(agent, Given(b'{"type": "track", "userId": "u1", "event": "E"}', headers)).outputs
    ((sent,),) = outputs.values()
    return msgspec.json.decode(sent.value or b"", type=PeopleMessage), sent.headers


def test_an_event_keeps_its_identity_and_its_arrival() -> None:
    message, headers = routed(replay_headers("run/0/7", "segment.events/0/7", 1_500))
    assert (message.cause.message_id, message.cause.arrived, message.cause.time) == ("segment.events/0/7", 1.5, 1.5)
    assert message.cause.offset == 90
    assert mark_of(headers) == b"run/0/7"
    live, headers = routed([])
    assert (live.cause.message_id, live.cause.arrived) == ("segment.events/0/000000000090", 1_793_600_000.0)
    assert mark_of(headers) is None


def test_an_old_dead_letter_that_was_sent_again_keeps_its_arrival() -> None:
    message, headers = routed([("replay_arrived", b"1500")])
    assert (message.cause.message_id, message.cause.arrived, message.cause.time) == (
        "segment.events/0/000000000090",
        1.5,
        1.5,
    )
    assert mark_of(headers) is None
    with pytest.raises(InvalidMessage, match="invalid literal"):
        routed([("replay_arrived", b"soon")])


def test_a_dead_letter_that_was_sent_again_is_the_same_event() -> None:
    message, headers = routed([("replay_of", b"segment.events/0/7")])
    assert message.cause.message_id == "segment.events/0/7"
    assert (message.cause.arrived, message.cause.offset) == (1_793_600_000.0, 90)
    assert mark_of(headers) is None
    with pytest.raises(InvalidMessage, match="can't decode byte"):
        routed([("replay_of", b"\xff")])


def test_what_would_swell_all_that_follows_is_refused_at_the_door() -> None:
    for long in ([("replayed", b"x" * 100_000), ("replay_of", b"a/0/1")], [("replay_of", b"x" * 100_000)]):
        with pytest.raises(InvalidMessage, match="has 100000 bytes"):
            routed([*long, ("replay_arrived", b"1500")])


def test_what_follows_from_a_replay_says_only_what_is_new() -> None:
    agent = identify_agent(names.PEOPLE, CONFIG.workspace.settings(), OUTLETS)
    state = PartitionState()

    def published(plan: str, time: float, mark: Headers) -> list[str]:
        cause = [f"m{time}", time, time, names.SEGMENT_EVENTS, 0, 1]
        call = ["identify", "id:u1", cause, time, "id:u1", {"plan": plan}]
        prepared = handled(agent, Given(orjson.dumps(call), mark, names.PEOPLE), state, PeopleValue)
        state.applied(prepared.writes, 0, {}, 0)
        changes = prepared.outputs.get((OUTLETS.changes.topic, 0), [])
        return [orjson.loads(one.value or b"")["type"] for one in changes]

    assert "attributes_changed" in published("pro", 20.0, [])
    assert published("free", 10.0, []) == ["attributes_changed"], "says that it is outdated"
    assert published("free", 10.0, [(REPLAYED_HEADER, b"run/0/1")]) == []
    assert published("team", 30.0, [(REPLAYED_HEADER, b"run/0/2")]) == ["attributes_changed"]


def test_a_webhook_becomes_a_metric_only_with_relay() -> None:
    raw = demo_file(names.REPORTING_EVENTS).read_bytes().splitlines()[0]
    agent = message_metrics_agent(names.REPORTING_EVENTS, CONFIG.source, OUTLETS)

    def outputs(headers: Headers) -> Prepared:
        kind = None if agent.table is None else agent.table.value_type
        return handled(agent, Given(raw, headers, names.REPORTING_EVENTS), PartitionState(), kind)

    silent = outputs(replay_headers("run/0/1", "x", 1_500))
    assert (silent.outputs, silent.writes) == ({}, {})
    relayed = outputs(replay_headers("run/0/1", "x", 1_500, relay=True))
    assert [place[0] for place in relayed.outputs] == [OUTLETS.metrics.topic]
    assert [place[0] for place in outputs([]).outputs] == [OUTLETS.metrics.topic]
