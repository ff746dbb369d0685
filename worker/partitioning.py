"""Which partition a key belongs to, the same for every producer and reader of this project.

A profile key names its own partition (DESIGN section 6: the first four hex digits of a cio_id), so that a profile stays
where it was made. Every other key is spread by CRC-32, which is in the standard library as C and known to other Kafka
clients as librdkafka's `consistent` partitioner.
"""

from zlib import crc32

PROFILE_PREFIX = "cio:"

_RAW_PREFIX = PROFILE_PREFIX.encode()
_NAMED_LENGTH = len(_RAW_PREFIX) + 4


def partition_of(key: str, partitions: int) -> int:
    """The partition of `key` in a topic of `partitions` partitions."""
    if key[:4] == PROFILE_PREFIX:
        named = key[4:8]
        if len(named) == 4 and named.isascii() and named.isalnum():
            try:
                return int(named, 16) % partitions
            except ValueError:
                pass
    try:
        return crc32(key.encode()) % partitions
    except UnicodeEncodeError:  # half a surrogate pair: JSON may hold it
        return crc32(key.encode("utf-8", "surrogatepass")) % partitions


def partition_of_bytes(raw: bytes, partitions: int) -> int:
    """The partition of a key given as its UTF-8 bytes."""
    if raw[:4] == _RAW_PREFIX and raw[4:8].isalnum() and len(raw) >= _NAMED_LENGTH:
        try:
            return int(raw[4:8], 16) % partitions
        except ValueError:
            pass
    return crc32(raw) % partitions
