"""Whatever arrives is decided, and what is sent is what Segment takes."""

import orjson
from hypothesis import given, settings
from hypothesis import strategies as st
from jsonschema import Draft202012Validator

from tests.metrics.contracts import schema
from tests.metrics.payloads import make_body, synthetic_webhooks
from worker.jsontypes import Json, JsonObject
from worker.metrics.settings import MetricsSettings
from worker.metrics.track import Mapped, NotMapped, TrackMapper
from worker.metrics.webhook import InvalidWebhook, Webhook, decode_webhook, webhook_key

OURS = Draft202012Validator(schema("segment.message-metrics"))
THEIRS = Draft202012Validator(schema("reporting.events"))
MAPPERS = [
    TrackMapper(chosen)
    for chosen in (
        MetricsSettings(),
        MetricsSettings(body_content=True, loop_back=True, customer_prefix=True),
        MetricsSettings(version=1),
    )
]
BODIES = [body for _, body in synthetic_webhooks()]

texts = st.text(st.characters(exclude_categories=["Cs"]), max_size=8)
values: st.SearchStrategy[Json] = st.recursive(
    st.none() | st.booleans() | st.integers(-(2**53), 2**53) | st.floats(allow_nan=False, allow_infinity=False) | texts,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(texts, inner, max_size=3),
    max_leaves=6,
)
FIELDS = ["event_id", "object_type", "object_type_type", "metric", "timestamp", "data"]
DATA_FIELDS = ["identifiers", "customer_id", "email_address", "delivery_id", "content", "href", "link_id", "userId"]


def decode_or_refuse(raw: bytes) -> Webhook | None:
    try:
        return decode_webhook(raw)
    except InvalidWebhook:
        return None


@given(st.binary(max_size=200))
def test_bytes_are_a_webhook_or_refused(raw: bytes) -> None:
    decode_or_refuse(raw)


def check(body: JsonObject) -> None:
    webhook = decode_or_refuse(orjson.dumps(body))
    if webhook is None:
        return
    assert THEIRS.is_valid(body)
    assert webhook_key(webhook)
    for mapper in MAPPERS:
        result = mapper.map(webhook)
        if isinstance(result, Mapped):
            OURS.validate(orjson.loads(orjson.dumps(result.event)))
        else:
            assert isinstance(result, NotMapped)


@settings(max_examples=150)
@given(st.sampled_from(BODIES), st.dictionaries(st.sampled_from(FIELDS) | texts, values, max_size=3))
def test_any_envelope_is_mapped_or_refused(body: JsonObject, junk: dict[str, Json]) -> None:
    check(body | junk)


@settings(max_examples=150)
@given(st.sampled_from(BODIES), st.dictionaries(st.sampled_from(DATA_FIELDS) | texts, values, max_size=4))
def test_any_data_is_mapped_or_refused(body: JsonObject, junk: dict[str, Json]) -> None:
    data = body["data"]
    assert isinstance(data, dict)
    check(body | {"data": data | junk})


@settings(max_examples=100)
@given(st.dictionaries(st.sampled_from(["id", "email", "cio_id"]) | texts, values, max_size=4))
def test_any_identifiers_are_mapped_or_refused(identifiers: dict[str, Json]) -> None:
    check(make_body(identifiers=identifiers))


@settings(max_examples=100)
@given(texts.filter(bool), texts.filter(bool), st.dictionaries(texts, values, max_size=4))
def test_no_new_field_is_lost(object_type: str, metric: str, new: dict[str, Json]) -> None:
    known = ("identifiers", "customer_id", "email_address", "delivery_id", "content", "href", "link_id", "userId")
    new = {f"new_{key}": value for key, value in new.items() if key not in known}
    result = MAPPERS[0].map(decode_webhook(orjson.dumps(make_body(object_type, metric, **new))))
    assert isinstance(result, Mapped)
    properties = result.event["properties"]
    assert isinstance(properties, dict)
    assert new.items() <= properties.items()
    assert {warning.detail for warning in result.warnings} >= new.keys()
