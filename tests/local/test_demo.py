from collections import Counter
from datetime import UTC, datetime, timedelta

import orjson
import pytest

from worker.destination.settings import ActionSettings
from worker.destination.subscriptions import Subscriptions, automatic
from worker.jsontypes import JsonObject
from worker.local.demo import MAKERS, brought_up_to, demo_file
from worker.local.demo_events import segment_lines
from worker.local.demo_webhooks import webhook_lines
from worker.metrics.invalid import InvalidWebhook
from worker.metrics.webhook import decode_webhook
from worker.segment.events import Event, InvalidEvent, decode_event
from worker.topics import names

ARRIVED = 1_795_000_000.0


def objects(lines: list[bytes]) -> list[JsonObject]:
    found = []
    for line in lines:
        try:
            value = orjson.loads(line)
        except orjson.JSONDecodeError:
            continue
        if isinstance(value, dict):
            found.append(value)
    return found


@pytest.mark.parametrize("name", MAKERS)
def test_the_files_are_what_is_made(name: str) -> None:
    assert demo_file(name).read_bytes() == b"".join(line + b"\n" for line in MAKERS[name]())


def test_there_are_no_other_files() -> None:
    directory = demo_file(names.SEGMENT_EVENTS).parent
    assert {path.name for path in directory.iterdir()} == {f"{name}.ndjson" for name in MAKERS}


def decoded_events() -> tuple[list[Event], Counter[str]]:
    events, refused = [], Counter[str]()
    for line in segment_lines():
        try:
            events.append(decode_event(line))
        except InvalidEvent as error:
            refused[error.reason] += 1
    return events, refused


def test_some_hundreds_of_events_of_every_kind() -> None:
    events, refused = decoded_events()
    assert 400 <= len(events) <= 600
    kinds = Counter(event.type for event in events)
    assert set(kinds) == {"identify", "track", "page", "screen", "group", "alias", "delete"}
    assert refused == {"not_json": 3, "not_an_object": 2, "unknown_type": 1, "invalid_event": 1}


def test_every_automatic_preset_occurs_and_some_refusals() -> None:
    settings = ActionSettings()
    presets = tuple(automatic(settings))
    subscriptions = Subscriptions.compile(presets, settings)
    events, _ = decoded_events()
    outcomes = [outcome for event in events for outcome in subscriptions.commands(event, ARRIVED)]
    assert {outcome.subscription for outcome in outcomes if outcome.commands} >= {preset.name for preset in presets}
    assert Counter(outcome.reason for outcome in outcomes if outcome.error) == {"invalid_fields": 3, "no_identifier": 1}


def test_message_ids_are_unique_and_times_in_order_within_28_days() -> None:
    events = objects(segment_lines())
    ids = [event["messageId"] for event in events]
    assert len(set(ids)) == len(ids)
    times = [datetime.fromisoformat(str(event["timestamp"])) for event in events]
    assert times == sorted(times)
    assert times[-1] - times[0] < timedelta(days=28)


def test_webhooks_of_all_channels() -> None:
    webhooks, refused = [], Counter[str]()
    for line in webhook_lines():
        try:
            webhooks.append(decode_webhook(line))
        except InvalidWebhook as error:
            refused[error.reason] += 1
    assert 40 <= len(webhooks) <= 80
    channels = {"customer", "email", "sms", "push", "in_app", "slack", "webhook", "whatsapp"}
    assert {webhook.object_type for webhook in webhooks} == {*channels, "carrier_pigeon"}
    assert refused == {"not_json": 1, "not_an_object": 1, "invalid_webhook": 2}
    repeated = [event for event, count in Counter(webhook.event_id for webhook in webhooks).items() if count > 1]
    assert len(repeated) == 1
    assert any(webhook.person.email and not webhook.person.id for webhook in webhooks)


@pytest.mark.parametrize("make", MAKERS.values())
def test_brought_up_to_now_everything_moves_by_the_same_time(make: object) -> None:
    assert callable(make)
    lines: list[bytes] = make()
    now = datetime(2031, 3, 4, 5, 6, 7, tzinfo=UTC)
    moved = brought_up_to(now, lines)
    assert len(moved) == len(lines)
    before, after = objects(lines), objects(moved)

    def seconds(event: JsonObject) -> float | None:
        time = event.get("timestamp")
        if isinstance(time, str) and time[0] == "2":
            return datetime.fromisoformat(time).timestamp()
        return time if isinstance(time, int) else None

    shifts = [round(b - a, 3) for x, y in zip(before, after, strict=True) if (a := seconds(x)) and (b := seconds(y))]
    assert len(shifts) > 60
    assert len(set(shifts)) == 1
    assert max(filter(None, map(seconds, after))) == now.timestamp()
    untimed = [{k: v for k, v in event.items() if k != "timestamp"} for event in before]
    assert [{k: v for k, v in event.items() if k != "timestamp"} for event in after] == untimed
    bad = [line for line in lines if not objects([line])]
    assert [line for line in moved if not objects([line])] == bad


def test_lines_without_any_time_stay_as_they_are() -> None:
    lines = [b"x", b"{}", b"[]", b'{"timestamp": "soon"}']
    assert brought_up_to(datetime(2031, 1, 1, tzinfo=UTC), lines) == lines
