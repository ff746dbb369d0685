"""What a unit of work holds when it is prepared."""

from collections.abc import Sequence

import msgspec
import pytest
from msgspec import Struct

from worker.partitioning import partition_of
from worker.reasons import Reason
from worker.runtime import unit as unit_module
from worker.runtime.dead_letter import DETAIL_BYTES
from worker.runtime.errors import ValueTooLarge
from worker.runtime.origin import ORIGIN_HEADER
from worker.runtime.outgoing import CHANGELOG_BATCH_BYTES, Out, out
from worker.runtime.partition_state import PartitionState
from worker.runtime.replayed import REPLAYED_HEADER
from worker.runtime.unit import RECORD_WRITES_BYTES, UNIT_BYTES, VALUE_BYTES, Target, Unit

TARGET = ("out", 12, 1_000)


class Arrived(Struct):
    """A record as it comes from Kafka."""

    offset: int
    headers: Sequence[tuple[str, bytes | None]] = ()
    topic: str = "in"
    partition: int = 3
    timestamp: int = 0
    key: bytes | None = b"k"
    value: bytes | None = b"v"


def begun(offset: int, *headers: tuple[str, bytes | None], state: PartitionState | None = None) -> Unit[int]:
    unit: Unit[int] = Unit(state, msgspec.json.Decoder(int))
    unit.begin(Arrived(offset, headers))
    return unit


def sent(unit: Unit[int]) -> list[Out]:
    return [record for records in unit.prepare().outputs.values() for record in records]


def test_every_message_of_a_record_has_its_number() -> None:
    unit, target = begun(41), Target(*TARGET)
    for _ in range(200):
        unit.send(target, "k", b"v")
    assert [record.headers for record in sent(unit)] == [
        [(ORIGIN_HEADER, b"in/3/41/%d" % index)] for index in range(200)
    ]


@pytest.mark.parametrize("headers", [(), ((REPLAYED_HEADER, b"run/file/7"),)])
def test_what_is_sent_counts_with_all_its_bytes(headers: tuple[tuple[str, bytes | None], ...]) -> None:
    unit = begun(1, (ORIGIN_HEADER, b"up/0/1/0"), *headers)
    unit.send(Target(*TARGET), "id:1", b"value")
    (record,) = sent(unit)
    assert record == out(b"id:1", b"value", [(ORIGIN_HEADER, b"in/3/1/0"), *headers])
    assert unit.size == record.size
    assert unit.replayed == bool(headers)


def test_of_several_headers_of_one_name_the_first_counts() -> None:
    unit = begun(
        1, (REPLAYED_HEADER, b"a"), (ORIGIN_HEADER, b"up/0/1/0"), (REPLAYED_HEADER, b"b"), (ORIGIN_HEADER, b"x")
    )
    assert unit.origin == b"up/0/1/0"
    unit.send(Target(*TARGET), "k", b"v")
    assert sent(unit)[0].headers[1:] == [(REPLAYED_HEADER, b"a")]
    unit.begin(Arrived(2))
    assert not unit.replayed
    unit.send(Target(*TARGET), "k", b"v")
    assert sent(unit)[1].headers == [(ORIGIN_HEADER, b"in/3/2/0")]


def test_a_target_remembers_the_last_keys_and_no_more(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(unit_module, "PLACES_KEPT", 8)
    unit, target = begun(1), Target(*TARGET)
    keys = [f"id:{number % 20}" for number in range(100)]
    for key in keys:
        unit.send(target, key, key.encode())
        assert len(target.places) <= 8
    for (topic, partition), records in unit.prepare().outputs.items():
        assert topic == "out"
        assert {partition_of((record.key or b"").decode(), 12) for record in records} == {partition}
        assert all(record.key == record.value for record in records)


def test_a_dead_letter_fits_its_topic_whatever_the_record_is() -> None:
    target = Target("in.dlq", 2, 1_000)
    small, long_detail = b"v" * 500, "d" * 5_000
    records = [
        Arrived(7, [("trace", b"1")], value=small),
        Arrived(8, [("trace", b"1")], value=b"v" * 1_000),
        Arrived(9, [("trace", b"t" * 1_000)], value=small),
        Arrived(10, key=b"k" * 1_000, value=None),
        Arrived(11, [("trace", b"t" * 1_000), ("empty", None)], key=None, value=small),
    ]
    unit: Unit[int] = Unit(None, None)
    for record in records:
        unit.begin(record)
        unit.dead_letter(target, record, Reason.TOO_LARGE, "why")
    assert all(letter.size <= target.max_record_bytes for letter in sent(unit))
    whole, *others = [(letter.key, letter.value, dict(letter.headers)) for letter in sent(unit)]
    assert whole[:2] == (b"k", small)
    assert "value_left_out" not in whole[2]
    assert [(key, value, headers.get("trace"), headers["value_left_out"]) for key, value, headers in others] == [
        (b"k", None, b"1", b"1000"),
        (None, None, None, b"500"),
        (None, None, None, b"0"),
        (None, None, None, b"500"),
    ]
    assert [headers.get("rest_left_out") for _, _, headers in others] == [None, b"1006", b"1000", b"1010"]
    unit.dead_letter(Target("in.dlq", 2, 2_700), records[1], Reason.TOO_LARGE, long_detail)
    detail = dict(sent(unit)[-1].headers)["detail"] or b""
    assert detail.startswith(b"ddd")
    assert detail.endswith(b"; its value does not fit into a dead letter and is still at in/3/8")
    assert len(detail) == DETAIL_BYTES


def test_a_long_detail_ends_with_a_whole_character() -> None:
    unit = begun(7)
    unit.dead_letter(Target("in.dlq", 2, 10_000), Arrived(7), Reason.TOO_LARGE, "d" + "ä" * DETAIL_BYTES)
    assert dict(sent(unit)[0].headers)["detail"] == ("d" + "ä" * (DETAIL_BYTES // 2 - 1)).encode()


def test_of_several_writes_to_a_key_the_last_is_written_and_counted() -> None:
    state = PartitionState()
    state.values[b"old"] = b"7"
    unit = begun(5, state=state)
    assert unit.get("old") == 7
    for key, value in (("a", 1), ("a", 22), ("b", 3)):
        unit.put(key, value)
    unit.delete("old")
    unit.delete("never")
    prepared = unit.prepare()
    assert prepared.writes == {b"a": b"22", b"b": b"3", b"old": None, b"never": None}
    assert prepared.changelog()[1:] == [out(b"a", b"22"), out(b"b", b"3"), out(b"old", None), out(b"never", None)]
    assert unit.size == sum(one.size for one in prepared.written)
    assert unit.get("a") == 22
    assert unit.get("old") is None


def test_the_largest_value_is_kept_and_one_that_is_larger_by_a_byte_refused() -> None:
    unit: Unit[str] = Unit(None, msgspec.json.Decoder(str))
    unit.begin(Arrived(1))
    unit.put("a", "x" * (VALUE_BYTES - len('""')))
    with pytest.raises(ValueTooLarge, match=f"{VALUE_BYTES + 1} bytes"):
        unit.put("b", "x" * (VALUE_BYTES - len('""') + 1))


def test_one_record_writes_no_more_than_fits_a_changelog_batch_behind_a_full_unit() -> None:
    unit: Unit[str] = Unit(None, msgspec.json.Decoder(str))
    unit.begin(Arrived(1))
    value, most = "x" * (VALUE_BYTES // 2), RECORD_WRITES_BYTES // (VALUE_BYTES // 2)
    for number in range(most - 1):
        unit.put(f"k{number}", value)
    with pytest.raises(ValueTooLarge, match="the record would write"):
        unit.put("k", value)
    unit.begin(Arrived(2))
    unit.put("k", value)  # the next record's own
    assert UNIT_BYTES + RECORD_WRITES_BYTES < CHANGELOG_BATCH_BYTES
