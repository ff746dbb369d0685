"""However a partition's records are cut into batches and units, and wherever the worker ends in between: the same
records lead to the same state, the same outputs, the same dead letters."""

import asyncio
import json
from itertools import pairwise

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.support.recording import PlainRecord, RecordingPublisher, contents
from worker.reasons import Reason
from worker.runtime import unit as unit_module
from worker.runtime.batch import Batches, Changelog
from worker.runtime.errors import DeliveryFailed, InvalidMessage
from worker.runtime.meter import Meter
from worker.runtime.partition_state import PartitionState
from worker.runtime.record import Record
from worker.runtime.unit import Target, Unit

CHANGELOG = "changelog"
LIMIT = 300
OUT = Target("out", 2, 400)
LETTERS = Target("letters", 2, 10_000)


class Text(msgspec.Struct, frozen=True):
    """What is stored: a text and how often it was written."""

    text: str
    writes: int


def _handle(record: Record, unit: Unit[Text]) -> None:
    order = json.loads(record.value or b"")
    if order["do"] == "invalid":
        raise InvalidMessage(Reason.INVALID_EVENT, "as ordered")
    old = unit.get(order["key"])
    writes = 1 if old is None else old.writes + 1
    if order["do"] == "delete":
        unit.delete(order["key"])
    else:
        unit.put(order["key"], Text("x" * order["size"], writes))
    unit.send(OUT, order["key"], f"{writes}/{old}".encode()[: order["size"] + 20])


ORDERS = st.fixed_dictionaries(
    {
        "do": st.sampled_from(["put", "put", "put", "put", "delete", "invalid"]),
        "key": st.sampled_from("ab"),
        "size": st.sampled_from([1, 50, LIMIT - 40, LIMIT + 1]),
    }
)


def _records(orders: list[dict[str, object]], origins: list[tuple[int, int]]) -> list[PlainRecord]:
    return [
        PlainRecord("in", 1, offset, b"key", json.dumps(order).encode(), [("origin", b"up/%d/%d/0" % origins[offset])])
        for offset, order in enumerate(orders)
    ]


class _Outcome(msgspec.Struct):
    values: dict[bytes, bytes]
    seen: dict[bytes, tuple[int, int]]
    outputs: dict[bytes, tuple[int, bytes | None, bytes | None]]
    letters: dict[bytes, bytes | None]


async def _play(records: list[PlainRecord], cuts: list[int], crashes: list[tuple[int, bool]]) -> _Outcome:
    """Feed the records in batches cut at `cuts`: a worker for each of `crashes`, then one that gets through."""
    publisher = RecordingPublisher()
    lives: list[tuple[int | None, bool]] = [*crashes, (None, False)]
    for fail_at, after in lives:
        state = PartitionState()
        state.restore(publisher.changelog_records(CHANGELOG, 1))
        publisher = _next_life(publisher, fail_at, after)
        batches = Batches(_handle, publisher, LETTERS, Meter(), Changelog[Text](CHANGELOG, Text), internal=True)
        try:
            for start, end in pairwise([0, *cuts, len(records)]):
                await batches.process(records[start:end], state, lambda: None)
        except DeliveryFailed:
            continue
    outcome = _Outcome(dict(state.values), state.seen, {}, {})
    for topic, partition, record in publisher.delivered:
        headers = contents(record.headers)
        if topic == "letters":
            origin = headers["dead_letter_origin"]
            assert outcome.letters.setdefault(origin, headers["reason"]) == headers["reason"]
        else:
            content = (partition, record.key, record.value)
            assert outcome.outputs.setdefault(headers["origin"], content) == content
    return outcome


def _next_life(before: RecordingPublisher, fail_at: int | None, after: bool) -> RecordingPublisher:
    publisher = RecordingPublisher(fail_at, after=after)
    publisher.delivered, publisher.changelog = before.delivered, before.changelog
    return publisher


@given(
    orders=st.lists(ORDERS, min_size=1, max_size=12),
    data=st.data(),
    unit_bytes=st.sampled_from([1, 200, 1000, 100_000]),
)
@settings(max_examples=300)
def test_cuts_and_crashes_change_nothing(orders: list[dict[str, object]], data: st.DataObject, unit_bytes: int) -> None:
    count = len(orders)
    repeats = data.draw(st.sets(st.integers(1, count), max_size=2))
    origins = [(0, offset - 1 if offset in repeats else offset) for offset in range(count)]
    records = _records(orders, origins)
    cuts = sorted(data.draw(st.sets(st.integers(1, count), max_size=3)))
    crashes = data.draw(st.lists(st.tuples(st.integers(0, 6), st.booleans()), max_size=4))
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(unit_module, "VALUE_BYTES", LIMIT)
        patch.setattr(unit_module, "UNIT_BYTES", 1)
        one_by_one = asyncio.run(_play(records, list(range(1, count)), []))
        patch.setattr(unit_module, "UNIT_BYTES", unit_bytes)
        assert asyncio.run(_play(records, cuts, crashes)) == one_by_one
