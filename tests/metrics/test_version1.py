"""The payloads of version 1."""

import orjson

from tests.metrics.payloads import make_body, make_webhook, synthetic_webhooks
from worker.metrics.settings import MetricsSettings
from worker.metrics.track import Mapped, TrackMapper
from worker.metrics.webhook import decode_webhook, read_webhook

NAMES = {"action_name": "A", "campaign_name": "C", "newsletter_name": "N", "transactional_message_name": "T"}


def properties_in(version: int, **data: str) -> dict[str, object]:
    settings = MetricsSettings(version=1) if version == 1 else MetricsSettings()
    result = TrackMapper(settings).map(make_webhook("email", "delivered", **data))
    assert isinstance(result, Mapped)
    assert result.warnings == ()
    properties = result.event["properties"]
    assert isinstance(properties, dict)
    return dict(properties)


def test_the_published_differences() -> None:
    one, two = properties_in(1, subject="Hi", **NAMES), properties_in(2, subject="Hi", **NAMES)
    assert one.keys() - two.keys() == {"email_id", "email_subject", *NAMES}
    assert two.keys() - one.keys() == {"subject"}
    assert (one["email_id"], one["email_subject"]) == (one["delivery_id"], "Hi")


def test_without_a_subject_there_is_none() -> None:
    assert "email_subject" not in properties_in(1)


def test_without_a_delivery_there_is_no_email_id() -> None:
    body = make_body("email", "delivered") | {"data": {"identifiers": {"id": "ana-7"}}}
    result = TrackMapper(MetricsSettings(version=1)).map(read_webhook(body))
    assert isinstance(result, Mapped)
    assert result.event["properties"] == {"userId": "ana-7", "content": None}


def test_of_the_published_webhooks_version_1_sends_the_emails() -> None:
    mapper = TrackMapper(MetricsSettings(version=1))
    for name, body in synthetic_webhooks():
        result = mapper.map(decode_webhook(orjson.dumps(body)))
        assert isinstance(result, Mapped) == name.startswith("email_"), name
        if isinstance(result, Mapped):
            assert b'"version":"1.0.0"' in orjson.dumps(result.event)
