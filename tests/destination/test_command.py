import msgspec
import pytest

from worker.destination.command import Command, object_attributes, request_body
from worker.jsontypes import Json, JsonObject


def test_a_field_that_is_not_set_does_not_exist_in_json() -> None:
    command = Command(type="person", action="delete", identifiers={"id": "u"})
    assert msgspec.json.encode(command) == b'{"type":"person","action":"delete","identifiers":{"id":"u"}}'


def test_the_body_of_a_delivery_report_is_what_the_metrics_endpoint_takes() -> None:
    command = Command(type="delivery", action="report", delivery_id="d", metric="opened", timestamp=1)
    assert request_body(command) == {"delivery_id": "d", "metric": "opened", "timestamp": 1}


@pytest.mark.parametrize(
    ("created_at", "value"),
    [
        ("1600000000", 1_600_000_000),
        (1_600_000_000, 1_600_000_000),
        ("1600000000000", 1_600_000_000),
        ("1600000000.75", 1_600_000_000),
        ("0", 0),
        ("-86400", -86_400),
        ("yesterday", "yesterday"),
        ("٣", "٣"),
        ("9" * 20, "9" * 20),
    ],
)
def test_created_at_is_an_attribute_of_the_object(created_at: Json, value: Json) -> None:
    attributes: JsonObject = {"name": "Initech", "anonymous_id": "anon-1"}
    command = Command(type="object", action="identify", attributes=attributes, created_at=created_at)
    assert object_attributes(command) == {"name": "Initech", "created_at": value}
    assert attributes == {"name": "Initech", "anonymous_id": "anon-1"}


def test_an_object_command_may_set_nothing() -> None:
    assert object_attributes(Command(type="object", action="identify")) == {}
