"""The message's body in track events."""

import orjson
import pytest

from tests.metrics.payloads import make_webhook
from tests.metrics.test_track import mapped, properties_of
from worker.jsontypes import Json, JsonObject
from worker.metrics.effects import WarningKind
from worker.metrics.settings import MetricsSettings
from worker.metrics.track import MAX_EVENT_BYTES


@pytest.mark.parametrize(
    ("object_type", "metric", "given", "expected"),
    [
        ("email", "opened", {"content": "x"}, {"content": None}),
        ("email", "sent", {"content": "x"}, {"content": "x"}),
        ("email", "sent", {}, {"content": None}),
        ("sms", "clicked", {}, {"content": None}),
        ("whatsapp", "sent", {"content": "x"}, {"content": "x"}),
        ("push", "sent", {"content": "x"}, {"content": "x"}),
        ("push", "sent", {}, {}),
        ("push", "opened", {"content": "x"}, {}),
        ("slack", "sent", {"content": "x"}, {"content": "x"}),
    ],
)
def test_only_sent_events_have_a_body(object_type: str, metric: str, given: JsonObject, expected: JsonObject) -> None:
    properties = properties_of(make_webhook(object_type, metric, **given), MetricsSettings(body_content=True))
    assert {key: properties[key] for key in properties if key == "content"} == expected


@pytest.mark.parametrize("body_content", [True, False])
def test_an_emails_headers_come_with_its_body(body_content: bool) -> None:
    webhook = make_webhook("email", "sent", content="x", headers={"X-Order": ["9"]})
    properties = properties_of(webhook, MetricsSettings(body_content=body_content))
    assert properties["content"] == ("x" if body_content else None)
    assert ("headers" in properties) is body_content


def test_a_body_too_large_for_segment_is_left_out_and_said() -> None:
    settings = MetricsSettings(body_content=True)
    fits = mapped(make_webhook("email", "sent", content="x" * (MAX_EVENT_BYTES - 1000)), settings)
    assert fits.warnings == ()
    large = mapped(make_webhook("email", "sent", content="é" * (MAX_EVENT_BYTES // 2)), settings)
    assert [warning.kind for warning in large.warnings] == [WarningKind.CONTENT_LEFT_OUT]
    assert isinstance(large.event["properties"], dict)
    assert large.event["properties"]["content"] is None
    assert len(orjson.dumps(large.event)) < 1000


@pytest.mark.parametrize(
    ("content", "others"),
    [
        ("x" * 3_000, {"headers": {"X-Note": "h" * 30_000}}),
        ("x" * 3_000, {"recipients": ["r" * 100] * 300}),
        ("x" * 3_000, {"new": "n" * 30_000}),
        ({"html": "x" * MAX_EVENT_BYTES}, {}),
        ("x" * (MAX_EVENT_BYTES + 1), {}),
    ],
    ids=["headers", "recipients", "a new field", "a body that is no text", "the body alone"],
)
def test_a_body_is_left_out_whatever_makes_the_event_too_large(content: Json, others: JsonObject) -> None:
    webhook = make_webhook("email", "sent", content=content, **others)
    result = mapped(webhook, MetricsSettings(body_content=True))
    properties = result.event["properties"]
    assert isinstance(properties, dict)
    assert properties["content"] is None
    assert others.items() <= properties.items()
    assert WarningKind.CONTENT_LEFT_OUT in [warning.kind for warning in result.warnings]
    assert len(orjson.dumps(result.event)) <= MAX_EVENT_BYTES


def test_an_event_that_is_large_without_a_body_is_as_it_is() -> None:
    result = mapped(make_webhook("push", "sent", recipients=["r" * 100] * 400), MetricsSettings(body_content=True))
    assert isinstance(result.event["properties"], dict)
    assert "content" not in result.event["properties"]
    assert result.warnings == ()


@pytest.mark.parametrize(
    ("metric", "content", "there"),
    [
        ("cio_subscription_preferences_changed", {"topics": {}}, True),
        ("cio_subscription_preferences_changed", None, False),
        ("subscribed", "text", False),
    ],
)
def test_preferences_are_those_of_a_change_of_preferences(metric: str, content: Json, there: bool) -> None:
    properties = properties_of(make_webhook("customer", metric, content=content))
    assert ("cio_subscription_preferences" in properties) == there
    assert "content" not in properties
