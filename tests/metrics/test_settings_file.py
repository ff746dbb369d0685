"""Each setting of section `source` in a workspace.yaml, and what it changes."""

from pathlib import Path

import msgspec
import orjson
import pytest

from tests.metrics.payloads import make_webhook
from tests.metrics.test_decide import Agent, event
from tests.metrics.test_recent import START
from worker.config import Config, effective_yaml, parse_config
from worker.deployment import make_deployment
from worker.jsontypes import Json, JsonObject
from worker.metrics.effects import Skip, SkipReason
from worker.metrics.recent import DAY
from worker.metrics.settings import MetricsSettings
from worker.metrics.track import Mapped, NotMapped, TrackMapper
from worker.wiring import make_delivery


def config(**settings: Json) -> Config:
    text = orjson.dumps({"source": settings}).decode()  # JSON is YAML
    return parse_config(text, environ={"KEY": "a-secret-key"})


def track(settings: MetricsSettings, object_type: str = "email", metric: str = "sent", **data: Json) -> JsonObject:
    mapped = TrackMapper(settings).map(make_webhook(object_type, metric, **data))
    assert isinstance(mapped, Mapped)
    return mapped.event


def changed(
    settings: Config, object_type: str = "email", metric: str = "sent", **data: Json
) -> tuple[JsonObject, JsonObject]:
    """The event by default, and with the settings."""
    return (
        track(MetricsSettings(), object_type, metric, **data),
        track(settings.source, object_type, metric, **data),
    )


def test_every_setting_is_in_this_file() -> None:
    text = Path(__file__).read_text()
    for field in msgspec.structs.fields(MetricsSettings):
        assert f"config({field.name}=" in text or f", {field.name}=" in text, field.name


@pytest.mark.parametrize("name", ["email_opened", "Email Opened"])
def test_events(name: str) -> None:
    mapper = TrackMapper(config(events=[name]).source)
    assert isinstance(mapper.map(make_webhook("email", "opened")), Mapped)
    assert mapper.map(make_webhook("email", "sent")) == NotMapped(Skip(SkipReason.NOT_ENABLED))
    assert config(events=None).source.selects("email_sent")


def test_send_frequency_and_its_window() -> None:
    every = Agent(config(send_frequency="every").source)
    assert [every.handle(event(name)) for name in ("a", "b")] == ["sent", "sent"]
    first = Agent(config(send_frequency="first", first_window_days=3).source)
    assert [first.handle(event(name)) for name in ("a", "b")] == ["sent", "not_first"]
    assert first.handle(event("c"), START + 3 * DAY) == "not_first"
    assert first.handle(event("d"), START + 3 * DAY + 1) == "sent"


def test_body_content() -> None:
    before, after = changed(config(body_content=True), content="<p>Hello</p>")
    assert before["properties"]["content"] is None  # type: ignore[index,call-overload]
    assert after["properties"]["content"] == "<p>Hello</p>"  # type: ignore[index,call-overload]


def test_loop_back() -> None:
    before, after = changed(config(loop_back=True))
    assert (before["integrations"], after["integrations"]) == ({"Customer.io": False}, {"Customer.io": True})


@pytest.mark.parametrize(
    ("region", "url"),
    [
        ("US", "https://api.segment.io/v1/batch"),
        ("EU", "https://events.eu1.segmentapis.com/v1/batch"),
    ],
)
def test_region(region: str, url: str) -> None:
    assert make_delivery(make_deployment(config(region=region)), "key").url == url


def test_write_key_and_that_it_is_never_shown() -> None:
    made = config(write_key="${KEY}")
    assert made.source.write_key == "a-secret-key"
    delivery = make_delivery(make_deployment(made), made.source.write_key)
    for shown in (effective_yaml(made), repr(made), repr(made.source), repr(delivery)):
        assert "a-secret-key" not in shown
    assert config(write_key=None).source.write_key is None


def test_version() -> None:
    before, after = changed(config(version=1))
    versions = [one["context"]["integration"]["version"] for one in (before, after)]  # type: ignore[index,call-overload]
    assert versions == ["2.0.0", "1.0.0"]


def test_customer_prefix() -> None:
    before, after = changed(config(customer_prefix=True), "customer", "subscribed")
    assert (before["event"], after["event"]) == ("Subscribed", "Customer Subscribed")


def test_names() -> None:
    before, after = changed(config(names={"email_undeliverable": "Email Lost"}), "email", "undeliverable")
    assert (before["event"], after["event"]) == ("Email Undeliverable", "Email Lost")
