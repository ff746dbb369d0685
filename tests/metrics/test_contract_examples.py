"""The examples of the two topics agree with their schemas and with the code."""

import orjson
import pytest
from jsonschema import Draft202012Validator

from tests.metrics.contracts import examples, schema
from tests.metrics.payloads import load, synthetic_webhooks
from worker.metrics.settings import MetricsSettings
from worker.metrics.track import Mapped, TrackMapper
from worker.metrics.webhook import InvalidWebhook, decode_webhook

THEIRS = Draft202012Validator(schema("reporting.events"))
OURS = Draft202012Validator(schema("segment.message-metrics"))


def named(topic: str, kind: str) -> list[object]:
    return [pytest.param(raw, id=name) for name, raw in examples(topic, kind).items()]


@pytest.mark.parametrize("raw", named("reporting.events", "valid"))
def test_a_valid_webhook_is_accepted_and_mapped(raw: bytes) -> None:
    THEIRS.validate(orjson.loads(raw))
    result = TrackMapper(MetricsSettings()).map(decode_webhook(raw))
    assert isinstance(result, Mapped)
    OURS.validate(orjson.loads(orjson.dumps(result.event)))


@pytest.mark.parametrize("raw", named("reporting.events", "invalid"))
def test_an_invalid_webhook_is_refused_by_both(raw: bytes) -> None:
    assert not THEIRS.is_valid(orjson.loads(raw))
    with pytest.raises(InvalidWebhook):
        decode_webhook(raw)


@pytest.mark.parametrize("raw", named("segment.message-metrics", "valid"))
def test_a_valid_metric_is_accepted(raw: bytes) -> None:
    OURS.validate(orjson.loads(raw))


@pytest.mark.parametrize("raw", named("segment.message-metrics", "invalid"))
def test_an_invalid_metric_is_refused(raw: bytes) -> None:
    assert not OURS.is_valid(orjson.loads(raw))


def test_there_are_examples_of_each_kind() -> None:
    for topic in ("reporting.events", "segment.message-metrics"):
        for kind in ("valid", "invalid"):
            assert len(examples(topic, kind)) >= 10


def test_the_schemas_are_schemas_and_hold_for_all_published_webhooks() -> None:
    for validator in (THEIRS, OURS):
        Draft202012Validator.check_schema(validator.schema)
    for _, body in synthetic_webhooks():
        THEIRS.validate(body)
    for row in load("golden.json"):
        THEIRS.validate(row["webhook"])
        OURS.validate(row["track"])
