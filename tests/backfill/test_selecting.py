"""Which records are replayed, and as what."""

import msgspec
import orjson
import pytest

from tests.metrics.payloads import make_body
from worker.backfill.plan import Files, Plan
from worker.backfill.selecting import Chosen, Source, Unreadable, chooser, line_identity
from worker.jsontypes import Json
from worker.segment.fql import FqlError
from worker.topics import names

TIME = "2026-11-01T00:00:00.000Z"
TIME_MS = 1_793_491_200_000
FALLBACK_MS = 5


def source(value: Json | bytes, arrived_ms: int | None = None) -> Source:
    raw = value if isinstance(value, bytes) else orjson.dumps(value)
    return Source(0, 7, b"u", raw, (), "here/0/7", arrived_ms)


def chosen(value: Json | bytes, where: str | None = None, arrived_ms: int | None = None) -> Chosen | Unreadable | None:
    plan = Plan(names.SEGMENT_EVENTS, Files(()), where)
    return chooser(plan)(source(value, arrived_ms), FALLBACK_MS)


@pytest.mark.parametrize(
    ("event", "arrived_ms", "expected"),
    [
        ({"timestamp": TIME}, 12, 12),
        ({"timestamp": TIME}, None, TIME_MS),
        ({"timestamp": "2020-01-01", "receivedAt": TIME}, None, TIME_MS),
        ({}, None, FALLBACK_MS),
    ],
)
def test_an_event_arrives_when_it_did(event: dict[str, Json], arrived_ms: int | None, expected: int) -> None:
    found = chosen({"type": "track", "userId": "u", "event": "E", **event}, arrived_ms=arrived_ms)
    assert isinstance(found, Chosen)
    assert found.arrived_ms == expected


@pytest.mark.parametrize(("arrived_ms", "expected"), [(12, 12), (None, 1_613_063_089_500)])
def test_a_webhook_arrives_when_it_did_else_when_it_was_sent(arrived_ms: int | None, expected: int) -> None:
    webhook = make_body() | {"timestamp": 1_613_063_089.5}
    found = chooser(Plan(names.REPORTING_EVENTS, Files(())))(source(webhook, arrived_ms), FALLBACK_MS)
    assert isinstance(found, Chosen)
    assert (found.arrived_ms, found.event) == (expected, None)


def test_a_copy_is_the_event_that_it_is_a_copy_of() -> None:
    raw = b'{"type": "track", "userId": "u", "event": "E"}'
    headers = (("replay_of", b"first/0/1"), ("replay_arrived", b"1793491200123"))
    plan = Plan(names.SEGMENT_EVENTS, Files(()))
    found = chooser(plan)(Source(0, 7, b"u", raw, headers, "here/0/7", 12), FALLBACK_MS)
    assert isinstance(found, Chosen)
    assert (found.arrived_ms, found.source.identity) == (1_793_491_200_123, "first/0/1")
    odd = Source(0, 7, b"u", raw, (("replay_arrived", b"soon"),), "here/0/7", 12)
    assert isinstance(chooser(plan)(odd, FALLBACK_MS), Unreadable)


def test_the_filter_leaves_out_what_it_does_not_match() -> None:
    event: dict[str, Json] = {"type": "track", "userId": "u", "event": "Paid", "properties": {"total": 5}}
    assert isinstance(chosen(event, 'event = "Paid" and properties.total > 3'), Chosen)
    assert chosen(event, 'event = "Paid" and properties.total > 9') is None
    with pytest.raises(FqlError):
        chosen(event, 'type ~ "x"')


def test_the_filter_means_what_the_triggers_of_its_plan_mean() -> None:
    track = source({"type": "track", "userId": "u", "event": "E"})
    plan = Plan(names.SEGMENT_EVENTS, Files(()), '!(type = "track")')
    assert isinstance(chooser(plan)(track, FALLBACK_MS), Chosen)
    assert chooser(msgspec.structs.replace(plan, triggers="strict"))(track, FALLBACK_MS) is None


@pytest.mark.parametrize("raw", [b"", b"{", b"[1]", b'{"type": "dance"}'])
def test_what_could_only_become_a_dead_letter_is_left_out(raw: bytes) -> None:
    assert isinstance(chosen(raw), Unreadable)


def test_equal_lines_are_one_event() -> None:
    assert line_identity(b"a") == line_identity(b"a") != line_identity(b"b")
