"""Batches: everything once, in order, within the limits that Segment documents."""

from itertools import pairwise

import orjson
from hypothesis import given
from hypothesis import strategies as st

from tests.relay.factories import make_ready, make_value
from worker.local.segment_api.answers import answer
from worker.relay.batching import MAX_BATCH_BYTES, MAX_BATCH_EVENTS, Batch, batches
from worker.relay.reading import Ready

SENT_AT = "2026-11-01T00:00:00.000Z"


SMALL = st.lists(st.integers(0, 32_000), max_size=120)
"""Mostly one batch, if any: sizes that are drawn lie near 0."""
LARGE = st.lists(st.integers(20_000, 32_000), min_size=25, max_size=60)
"""Two batches or more."""


@given(SMALL | LARGE, st.integers(0, 3))
def test_all_go_in_order_within_the_limits(blobs: list[int], gap: int) -> None:
    events = [make_ready(number * (gap + 1), make_value(number, blob="x" * size)) for number, size in enumerate(blobs)]
    end = len(blobs) * (gap + 1) + 5
    made = batches(events, end)
    assert [event for batch in made for event in batch.events] == events
    for batch, following in pairwise(made):
        assert batch.next_offset == following.events[0].offset
        both = len(batch.body(SENT_AT)) + len(following.events[0].value) + 1
        assert both > MAX_BATCH_BYTES, "the next one had room"
    for batch in made:
        assert len(batch.body(SENT_AT)) <= MAX_BATCH_BYTES
    assert not made or made[-1].next_offset == end


def test_a_batch_is_full_to_the_byte() -> None:
    def size(blob: int) -> int:
        (batch,) = batches([make_ready(0, make_value(0, blob="x" * 30_000))] * 16 + [_last(blob)], 99)
        return len(batch.body(SENT_AT))

    room = MAX_BATCH_BYTES - size(0)
    assert size(room) == MAX_BATCH_BYTES
    made = batches([make_ready(0, make_value(0, blob="x" * 30_000))] * 16 + [_last(room + 1)], 99)
    assert [batch.next_offset for batch in made] == [16, 99]


def _last(blob: int) -> Ready:
    return make_ready(16, make_value(16, blob="x" * blob))


def test_no_more_events_than_segment_takes() -> None:
    tiny = b'{"messageId":"m"}'
    events = [make_ready(number, tiny) for number in range(2 * MAX_BATCH_EVENTS + 1)]
    made = [(len(batch.events), batch.next_offset) for batch in batches(events, 6000)]
    assert made == [(MAX_BATCH_EVENTS, 2500), (MAX_BATCH_EVENTS, 5000), (1, 6000)]


def test_nothing_is_no_batch() -> None:
    assert batches([], 7) == []


def test_halves_are_the_whole_in_order() -> None:
    (batch,) = batches([make_ready(number) for number in (3, 5, 8)], 12)
    first, second = batch.halves()
    assert first.events + second.events == batch.events
    assert (first.next_offset, second.next_offset) == (5, 12)


def test_a_body_is_what_segment_takes() -> None:
    batch = Batch(tuple(make_ready(number) for number in range(3)), 3)
    raw = batch.body(SENT_AT)
    assert orjson.loads(raw) == {"sentAt": SENT_AT, "batch": [orjson.loads(make_value(number)) for number in range(3)]}
    assert answer("batch", raw, "Basic a2V5Og==").status == 200
