"""Where keys go: what lies in topics and on disks was placed so, and stays there."""

from zlib import crc32

import pytest
from hypothesis import given
from hypothesis import strategies as st

from worker.partitioning import partition_of, partition_of_bytes

HEX = st.text(alphabet="0123456789abcdefABCDEFgx_- é", max_size=6)
KEYS = st.one_of(
    st.text(max_size=12),
    HEX.map("cio:{}".format),
    HEX.map("c{}".format),
    st.builds("cio:{:04x}{}".format, st.integers(0, 0xFFFF), st.text(max_size=4)),
)


def plainly(key: str, partitions: int) -> int:
    """The rule as it is documented, step by step."""
    digits = key[4:8]
    if key.startswith("cio:") and len(digits) == 4 and all(one in "0123456789abcdefABCDEF" for one in digits):
        return int(digits, 16) % partitions
    return crc32(key.encode("utf-8", "surrogatepass")) % partitions


@given(KEYS, st.integers(1, 5_000))
def test_a_profile_names_its_partition_and_every_other_key_is_spread(key: str, partitions: int) -> None:
    assert partition_of(key, partitions) == plainly(key, partitions)


@given(KEYS, st.integers(1, 5_000))
def test_bytes_go_where_their_text_goes(key: str, partitions: int) -> None:
    assert partition_of_bytes(key.encode(), partitions) == partition_of(key, partitions)


@pytest.mark.parametrize(
    ("key", "partition"),
    [
        ("", 0),
        ("c", 3),
        ("id:user-00001", 4),
        ("cio:0007abcdef", 7),
        ("cio:000Fabcdef", 3),
        ("cio:ffff", 3),
        ("cio:00x7", 3),
        ("cio:0x07", 2),
        ("cio:0X07", 6),
    ],
)
def test_places_stay_what_they_were(key: str, partition: int) -> None:
    assert partition_of(key, 12) == partition_of_bytes(key.encode(), 12) == partition


def test_half_a_surrogate_pair_has_a_place() -> None:
    assert 0 <= partition_of("id:\ud800", 12) < 12
