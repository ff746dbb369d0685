"""Which partition a key belongs to, the same for every producer and reader of this project.

A profile key names its own partition (the first four hex digits of its cio_id), so that a profile stays
where it was made. Every other key is spread by CRC-32, which is in the standard library as C and known to other Kafka
clients as librdkafka's `consistent` partitioner.
"""

from string import hexdigits
from typing import Final
from zlib import crc32

PROFILE_PREFIX: Final = "cio:"

_RAW_PREFIX: Final = PROFILE_PREFIX.encode()
_C: Final = _RAW_PREFIX[0]

_HEX: Final = frozenset(hexdigits)

_NAMED: Final = {f"{PROFILE_PREFIX}{number:04x}": number for number in range(1024)}
"""How profile keys begin, and the number that they name: those that there are in practice."""

_RAW_NAMED: Final = {beginning.encode(): number for beginning, number in _NAMED.items()}


def partition_of(key: str, partitions: int) -> int:
    """The partition of `key` in a topic of `partitions` partitions."""
    if key and key[0] == "c":
        named = _NAMED.get(key[:8])
        if named is None and key[:4] == PROFILE_PREFIX:
            named = _number(key[4:8])
        if named is not None:
            return named % partitions
    try:
        return crc32(key.encode()) % partitions
    except UnicodeEncodeError:  # half a surrogate pair: JSON may hold it
        return crc32(key.encode("utf-8", "surrogatepass")) % partitions


def partition_of_bytes(raw: bytes, partitions: int) -> int:
    """The partition of a key given as its UTF-8 bytes."""
    if raw and raw[0] == _C:
        named = _RAW_NAMED.get(raw[:8])
        if named is None and raw[:4] == _RAW_PREFIX:
            named = _number(raw[4:8])
        if named is not None:
            return named % partitions
    return crc32(raw) % partitions


def _number(digits: str | bytes) -> int | None:
    """The number in four hex digits, None if they are something else."""
    text = digits if isinstance(digits, str) else digits.decode("latin-1")
    return int(text, 16) if len(text) == 4 and _HEX.issuperset(text) else None
