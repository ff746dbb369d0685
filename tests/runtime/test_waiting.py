"""What waits of a partition comes in order, and much of it is told by its records and its bytes."""

from hypothesis import given
from hypothesis import strategies as st

from tests.support.recording import PlainRecord
from worker.runtime.waiting import WAITING_BYTES, Waiting

SIZES = st.lists(st.sampled_from([None, 0, 1, WAITING_BYTES // 3, WAITING_BYTES]), max_size=4)


@given(st.lists(st.tuples(SIZES, st.integers(1, 4)), max_size=6), st.integers(1, 5))
def test_records_leave_in_order_and_what_is_left_is_known(
    steps: list[tuple[list[int | None], int]], enough: int
) -> None:
    waiting = Waiting()
    left: list[PlainRecord] = []
    offset = 0
    for sizes, most in steps:
        records = []
        for size in sizes:
            records.append(PlainRecord("in", 0, offset, None, None if size is None else b"x" * size))
            offset += 1
        waiting.add(list(records))
        left += records
        assert waiting.take(most) == left[:most]
        left = left[most:]
        size_left = sum(len(record.value or b"") for record in left)
        assert waiting.much(enough) == (len(left) >= enough or size_left >= WAITING_BYTES)
