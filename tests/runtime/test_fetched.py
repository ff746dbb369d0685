from collections.abc import Callable, Sequence

import pytest
from aiokafka import TopicPartition
from aiokafka.consumer import fetcher
from aiokafka.consumer.subscription_state import SubscriptionState
from aiokafka.record.default_records import DefaultRecordBatch

from tests.support.header_names import BATCH_BYTES, Name, batch
from worker.runtime.fetched import GIVEN_BYTES, Fetched, fetch_our_way

Headers = list[tuple[str, bytes | None]]

VALUES: list[tuple[bytes, Headers]] = [
    (b"first", [("origin", b"1")]),
    (b"second", [("größe", b"\xff"), (Name(b"a\xff\xfe"), b"2"), (Name(b"\x80"), None), ("origin", b"a\xff\xfe")]),
    (b"third", []),
    (b"\xff", [(Name(b"\xff"), b"\xff")]),
    (b"fifth", [("größe", b"5")]),
]
READ: list[tuple[bytes, Headers]] = [
    (b"first", [("origin", b"1")]),
    (b"second", [("größe", b"\xff"), ("a??", b"2"), ("?", None), ("origin", b"a\xff\xfe")]),
    (b"third", []),
    (b"\xff", [("?", b"\xff")]),
    (b"fifth", [("größe", b"5")]),
]
CODECS = [DefaultRecordBatch.CODEC_NONE, *range(DefaultRecordBatch.CODEC_GZIP, DefaultRecordBatch.CODEC_ZSTD + 1)]
PLACE = TopicPartition("t", 0)


def read(raw: bytes, offset: int = 0) -> fetcher.PartitionRecords:
    """What a consumer makes of a fetch from `offset` on that brought `raw`."""
    return fetcher.PartitionRecords(PLACE, fetcher.MemoryRecords(raw), [], offset, None, None, True, 1)


def shown(records: Sequence[Fetched]) -> list[tuple[bytes | None, Headers]]:
    return [(record.value, list(record.headers)) for record in records]


@pytest.fixture(autouse=True)
def ours() -> None:
    fetch_our_way()


@pytest.mark.parametrize("codec", CODECS)
def test_what_is_no_utf_8_is_read_as_question_marks(codec: int) -> None:
    records = read(batch(VALUES, codec))
    found = list(records)
    assert shown(found) == READ
    assert {(record.topic, record.partition, record.key) for record in found} == {("t", 0, b"key")}
    assert [record.offset for record in found] == [0, 1, 2, 3, 4]
    assert [record.timestamp for record in found] == [1_700_000_000_000 + offset for offset in range(5)]
    assert records.next_fetch_offset == 5


def test_reading_goes_on_behind_a_record_that_was_read_before() -> None:
    assert shown(list(read(batch(VALUES), 2))) == READ[2:]


def test_batches_that_follow_each_other_are_all_read() -> None:
    plain = batch([(b"plain", [("origin", b"1")])])
    names = batch([(b"name", [(Name(b"\xff"), b"")])])
    raw = b"".join(
        number.to_bytes(8, "big") + one[8:] for number, one in enumerate([names, plain, names, names, plain])
    )
    assert [value for value, _ in shown(list(read(raw)))] == [b"name", b"plain", b"name", b"name", b"plain"]
    # A fetch may end in the middle of a batch.
    assert len(list(read(raw[:-1]))) == 4


@pytest.mark.parametrize("codec", CODECS)
async def test_what_was_compressed_is_given_out_in_parts(codec: int) -> None:
    large = b"".join(
        number.to_bytes(8, "big") + batch([(b"x" * (GIVEN_BYTES // 4 + 1), [])], codec)[8:] for number in range(10)
    )
    result, position = fetched(large)
    parts = []
    while result.has_more():
        parts.append([record.offset for record in result.getall(1000)])
        assert position() == parts[-1][-1] + 1
    assert parts == [[0, 1, 2, 3], [4, 5, 6, 7], [8, 9]]


async def test_one_record_may_be_larger_than_a_part_and_parts_have_no_more_records_than_asked() -> None:
    result, _ = fetched(batch([(b"x" * (BATCH_BYTES - 1000), [])]))
    assert len(result.getall(1000)) == 1
    result, position = fetched(batch(VALUES))
    assert [len(result.getall(2)), len(result.getall(None))] == [2, 3]
    assert position() == 5


def fetched(raw: bytes) -> tuple[fetcher.FetchResult, Callable[[], int]]:
    """A fetch that brought `raw` from offset 0 on, and where its reader is."""
    subscriptions = SubscriptionState()
    subscriptions.assign_from_user([PLACE])
    assignment = subscriptions.subscription.assignment
    state = assignment.state_value(PLACE)
    state.reset_to(0)
    result = fetcher.FetchResult(PLACE, assignment=assignment, partition_records=read(raw), backoff=0)
    return result, lambda: state.position
