import orjson
import pytest

from tests.relay.factories import make_record, make_value
from tests.support.recording import PlainRecord
from worker.reasons import Reason
from worker.relay.reading import MAX_EVENT_BYTES, Ready, Unsendable, read


def test_an_event_is_read_and_its_bytes_stay() -> None:
    value = make_value(7, extra={"text": "naïve ☃"})
    assert read(make_record(7, value)) == Ready("cio-webhook-ana-000007", value, make_record(7, value))


def test_the_largest_event_is_sent_and_a_larger_one_is_not() -> None:
    room = MAX_EVENT_BYTES - len(make_value(blob=""))
    assert isinstance(read(make_record(0, make_value(blob="x" * room))), Ready)
    found = read(make_record(0, make_value(blob="x" * (room + 1))))
    assert isinstance(found, Unsendable)
    assert found.reason is Reason.TOO_LARGE


def test_size_is_counted_in_bytes() -> None:
    assert isinstance(read(make_record(0, make_value(blob="☃" * 11_000))), Unsendable)


@pytest.mark.parametrize(
    ("value", "reason"),
    [
        (b"", Reason.EMPTY),
        (b" \n", Reason.EMPTY),
        (b"{", Reason.NOT_JSON),
        (b"\xff", Reason.NOT_JSON),
        (b'{"messageId": "m", "skipped": "\xff"}', Reason.NOT_JSON),
        (b'{"messageId": "m", "skipped": ' + b"[" * 5000, Reason.NOT_JSON),
        (b"[]", Reason.INVALID_MESSAGE),
        (b"{}", Reason.INVALID_MESSAGE),
        (orjson.dumps({"messageId": 7}), Reason.INVALID_MESSAGE),
        (orjson.dumps({"messageId": ""}), Reason.INVALID_MESSAGE),
        (orjson.dumps({"messageId": "m" * 100}), Reason.INVALID_MESSAGE),
        (orjson.dumps({"messageId": "m\0n"}), Reason.INVALID_MESSAGE),
    ],
)
def test_what_segment_could_never_take_is_not_sent(value: bytes, reason: Reason) -> None:
    found = read(make_record(3, value))
    assert isinstance(found, Unsendable)
    assert (found.reason, bool(found.detail), found.record.value) == (reason, True, value)


def test_a_record_without_a_value_is_not_sent() -> None:
    found = read(PlainRecord("t", 0, 0, None, None))
    assert isinstance(found, Unsendable)
    assert found.reason is Reason.EMPTY
