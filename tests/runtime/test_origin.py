import pytest
from hypothesis import given
from hypothesis import strategies as st

from worker.runtime.origin import ORIGIN_HEADER, pack_mark, read_origin, unpack_mark

OFFSETS = st.integers(0, 2**63 - 1)
TOPICS = st.text(alphabet="abcXYZ019._-", min_size=1, max_size=20)


@given(TOPICS, st.integers(0, 10_000), OFFSETS, st.integers(0, 10_000))
def test_a_header_is_read_as_it_was_written(topic: str, partition: int, offset: int, index: int) -> None:
    headers = [("other", b"x"), (ORIGIN_HEADER, f"{topic}/{partition}/{offset}/{index}".encode())]
    assert read_origin(headers) == (f"{topic}/{partition}".encode(), (offset, index))


@given(OFFSETS, st.integers(0, 10_000))
def test_a_mark_is_unpacked_as_it_was_packed(offset: int, index: int) -> None:
    assert unpack_mark(pack_mark((offset, index))) == (offset, index)


def test_marks_are_ordered_as_numbers_not_as_text() -> None:
    assert unpack_mark(b"9/1") < unpack_mark(b"10/0") < unpack_mark(b"10/2") < unpack_mark(b"10/10")


def test_no_origin_is_none() -> None:
    assert read_origin([]) is None
    assert read_origin([("origins", b"in/0/1/2")]) is None


@pytest.mark.parametrize(
    "value",
    [
        b"",
        b"in",
        b"in/1",
        b"in/0/x/1",
        b"in/0/1/",
        b"in/0/1/y",
        b"\xff/0/1/1",
        "ü/0/1/1".encode(),
        b"in/0/9223372036854775808/1",
        b"in/0/1/9223372036854775808",
        b"in/0/-1/1",
        b"in/0/1/-1",
    ],
)
def test_what_is_no_origin_is_an_error(value: bytes) -> None:
    with pytest.raises(ValueError, match=r"."):
        read_origin([(ORIGIN_HEADER, value)])
