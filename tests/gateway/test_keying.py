import orjson
import pytest
from hypothesis import given
from hypothesis import strategies as st

from worker.gateway.keying import record_key, record_partition
from worker.jsontypes import Json
from worker.partitioning import partition_of, partition_of_bytes
from worker.topics import names

WEBHOOK: dict[str, Json] = {"event_id": "e-1", "object_type": "email", "metric": "sent", "timestamp": 1_790_000_000}


@pytest.mark.parametrize(
    ("event", "key"),
    [
        ({"userId": "u-1", "anonymousId": "a-1"}, b"u-1"),
        ({"userId": "", "anonymousId": "a-1"}, b"a-1"),
        ({"userId": None, "anonymousId": "a-1"}, b"a-1"),
        ({"anonymousId": "ä"}, "ä".encode()),
        ({"userId": 70707}, b"70707"),
        ({"userId": 5.0}, b"5"),
        ({"userId": 0.5}, b"0.5"),
        ({"userId": 2**64 - 1}, b"18446744073709551615"),
        ({"userId": 1e20}, b"100000000000000000000"),
        ({"userId": -1e300}, b"-1e+300"),
        ({"userId": True, "anonymousId": "a-1"}, b"a-1"),
        ({"userId": ["u-1"]}, None),
        ({"userId": "", "traits": {"email": "a@example.com"}}, None),
        ({}, None),
        ([], None),
        ("u-1", None),
        (None, None),
    ],
)
def test_an_events_key_is_its_user_id_else_its_anonymous_id(event: Json, key: bytes | None) -> None:
    assert record_key(names.SEGMENT_EVENTS, orjson.dumps(event)) == key


@pytest.mark.parametrize("raw", [b"", b"{", b"\xff", b'{"userId": "\\ud800"}', b'{"userId": NaN}', b"[" * 2000])
def test_what_is_not_json_has_no_key(raw: bytes) -> None:
    assert record_key(names.SEGMENT_EVENTS, raw) is None
    assert record_key(names.REPORTING_EVENTS, raw) is None


@pytest.mark.parametrize(
    ("data", "key"),
    [
        ({"identifiers": {"id": "u-1", "email": "a@example.com", "cio_id": "03000001"}}, b"cio_id:03000001"),
        ({"delivery_id": "d-1"}, b"delivery:d-1"),
        ({}, b"event:e-1"),
    ],
)
def test_a_webhooks_key_is_the_person_else_the_delivery_else_the_event(data: Json, key: bytes) -> None:
    assert record_key(names.REPORTING_EVENTS, orjson.dumps({**WEBHOOK, "data": data})) == key


def test_an_invalid_webhook_has_no_key() -> None:
    assert record_key(names.REPORTING_EVENTS, orjson.dumps(WEBHOOK)) is None


@given(st.text(max_size=20), st.binary(max_size=20), st.integers(1, 64))
def test_the_key_alone_decides_the_partition_and_without_one_the_bytes(key: str, raw: bytes, partitions: int) -> None:
    raw_key = key.encode("utf-8", "surrogatepass")
    assert record_partition(raw_key, raw, partitions) == partition_of(key, partitions)
    assert record_partition(None, raw, partitions) == partition_of_bytes(raw, partitions)
