"""What the agent message_metrics counts."""

from contextlib import suppress
from enum import StrEnum

import orjson

from tests.metrics.payloads import make_body
from tests.support.recording import PlainRecord, RecordingPublisher
from worker.agents.message_metrics import message_metrics_agent
from worker.agents.outlets import make_outlets
from worker.jsontypes import JsonObject
from worker.metrics.effects import SkipReason, WarningKind
from worker.metrics.recent import RecentValue
from worker.metrics.settings import MetricsSettings
from worker.runtime.batch import Batches, Changelog
from worker.runtime.errors import DeliveryFailed
from worker.runtime.meter import Meter
from worker.runtime.partition_state import PartitionState
from worker.topics import names
from worker.topics.contracts import load_contracts

OUTLETS = make_outlets(load_contracts(app_id="test", prefix="", partitions=1))
SETTINGS = MetricsSettings(events=frozenset({"email_sent"}))
BODIES = (
    make_body("email", "sent", colour="red", size=1),
    make_body("email", "teleported") | {"event_id": "b"},
    make_body("email", "opened") | {"event_id": "c"},
    make_body("email", "sent"),
)


async def counted(publisher: RecordingPublisher, *bodies: JsonObject) -> dict[StrEnum, int]:
    """What a worker counts that gets the webhooks in one batch."""
    agent = message_metrics_agent(names.REPORTING_EVENTS, SETTINGS, OUTLETS)
    meter, state = Meter(), PartitionState()
    changelog = Changelog[RecentValue]("changelog", RecentValue)
    batches = Batches(agent.handle, publisher, agent.dead_letters, meter, changelog)
    records = [
        PlainRecord(agent.topic, 0, offset, b"key", orjson.dumps(body), []) for offset, body in enumerate(bodies)
    ]
    with suppress(DeliveryFailed):
        await batches.process(records, state, lambda: None)
    return dict(meter.counted)


async def test_warnings_and_what_is_not_sent_are_counted() -> None:
    assert await counted(RecordingPublisher(), *BODIES) == {
        WarningKind.UNKNOWN_FIELD: 2,
        WarningKind.UNKNOWN_EVENT: 1,
        SkipReason.NOT_ENABLED: 2,
        SkipReason.DUPLICATE: 1,
    }


async def test_only_what_was_written_is_counted() -> None:
    assert await counted(RecordingPublisher(0), *BODIES) == {}


async def test_what_is_decided_twice_is_counted_once() -> None:
    odd = make_body("email", "sent", colour="red")
    large = make_body("email", "sent", colour="x" * OUTLETS.metrics.max_record_bytes) | {"event_id": "b"}
    assert await counted(RecordingPublisher(), odd, large) == {WarningKind.UNKNOWN_FIELD: 1}


def test_no_warning_is_called_like_a_reason_to_skip() -> None:
    assert {kind.value for kind in WarningKind}.isdisjoint(reason.value for reason in SkipReason)
