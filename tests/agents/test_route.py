"""Agent route: what becomes of an event's commands."""

from types import SimpleNamespace
from typing import Any, cast

import msgspec
import orjson
import pytest

from worker.agents.outlets import make_outlets
from worker.agents.route import route_agent
from worker.config import compile_subscriptions, load_config
from worker.runtime.errors import ValueTooLarge
from worker.runtime.unit import Unit
from worker.topics import names
from worker.topics.contracts import load_contracts
from worker.workspace.messages import PeopleMessage
from worker.workspace.messages.calls import Identify

CONFIG = load_config(None)
OUTLETS = make_outlets(load_contracts(app_id="test", prefix="", partitions=1))


def routed(event: object) -> list[PeopleMessage]:
    """The messages to people that the event leads to."""
    agent = route_agent(names.SEGMENT_EVENTS, compile_subscriptions(CONFIG), CONFIG.workspace.settings(), OUTLETS)
    value = event if isinstance(event, bytes) else orjson.dumps(event)
    record: Any = SimpleNamespace(
        topic=names.SEGMENT_EVENTS, partition=0, offset=7, timestamp=0, key=None, value=value, headers=[]
    )
    unit: Unit[None] = Unit(None, None)
    unit.begin(record)
    agent.handle(record, unit)
    sent = unit.prepare().outputs.get((names.PEOPLE, 0), [])
    return [cast("PeopleMessage", msgspec.json.decode(one.value or b"", type=PeopleMessage)) for one in sent]


def test_an_identify_takes_its_device_along() -> None:
    device = {"token": "t", "type": "ios"}
    (message,) = routed({"type": "identify", "userId": "ada", "context": {"device": device}})
    assert isinstance(message, Identify)
    assert message.device is not None
    assert message.device.token == "t"


def test_a_call_that_could_not_wait_is_not_let_in() -> None:
    """Numbers grow as they are decoded and encoded again: 1e15 has sixteen digits."""

    def event(count: int) -> bytes:
        numbers = b",".join([b"1e15"] * count)
        return b'{"type": "track", "event": "Done", "userId": "ada", "properties": {"numbers": [' + numbers + b"]}}"

    with pytest.raises(ValueTooLarge):
        routed(event(40_000))
    assert routed(event(10_000))
