"""What a record is said to take is never less than what it takes."""

from aiokafka.record.default_records import DefaultRecordBatchBuilder
from hypothesis import example, given
from hypothesis import strategies as st

from worker.runtime.outgoing import Headers, fits, out

BYTES = st.none() | st.binary(max_size=300)
NAMES = st.text(st.characters(codec="utf-8"), max_size=100)


@example(None, None, [("größe" * 100, None)])
@given(BYTES, BYTES, st.lists(st.tuples(NAMES, BYTES), max_size=5))
def test_what_fits_is_no_larger(key: bytes | None, value: bytes | None, headers: Headers) -> None:
    batch = DefaultRecordBatchBuilder(2, 0, is_transactional=0, producer_id=-1, producer_epoch=-1, base_sequence=-1,
                                      batch_size=1_000_000)  # fmt: skip
    assert batch.append(0, 1_700_000_000_000, key, value, headers) is not None
    assert not fits(out(key, value, headers), len(batch.build()) - 1)
