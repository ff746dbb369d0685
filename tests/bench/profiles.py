"""The profiles of parts (c) and (e): a table's changelog as a worker would have left it."""

import random
from collections import defaultdict
from collections.abc import Iterator

import orjson

from tests.bench.topics import Pair
from worker.partitioning import partition_of_bytes
from worker.runtime.partition_state import POSITION_KEY

VALUE_BYTES = 310
"""Of each profile, about."""

UNIT = 1000
"""Profiles written as one unit."""

_FIRST = ("Ada", "Grace", "Alan", "Edsger", "Barbara", "Donald", "Frances", "Niklaus")
_LAST = ("Lovelace", "Hopper", "Turing", "Dijkstra", "Liskov", "Knuth", "Allen", "Wirth")


def profiles(count: int) -> Iterator[Pair]:
    """Key and value of `count` people; two runs do not differ."""
    chance = random.Random(310)
    for number in range(count):
        first, last = chance.choice(_FIRST), chance.choice(_LAST)
        value = {
            "id": f"user-{number:07d}",
            "email": f"{first}.{last}.{number}@example.com".lower(),
            "created": 1_700_000_000 + number,
            "attributes": {
                "first_name": [first, 1_700_000_000.125, f"{chance.getrandbits(64):016x}"],
                "last_name": [last, 1_700_000_000.125, f"{chance.getrandbits(64):016x}"],
                "plan": [
                    chance.choice(("free", "team", "business")),
                    1_700_000_100.5,
                    f"{chance.getrandbits(64):016x}",
                ],
                "logins": [chance.randrange(1000), 1_700_000_200.75, f"{chance.getrandbits(64):016x}"],
            },
        }
        yield f"user-{number:07d}".encode(), orjson.dumps(value)


def as_units(records: Iterator[Pair], partitions: int) -> Iterator[tuple[int, bytes, bytes]]:
    """Partition, key and value of the changelog's records: each unit begins with the input position it includes.

    That is always 0 here, so that the worker, once recovered, still has events to answer.
    """
    written: defaultdict[int, int] = defaultdict(int)
    for key, value in records:
        partition = partition_of_bytes(key, partitions)
        if written[partition] % UNIT == 0:
            yield partition, POSITION_KEY, b"0"
        written[partition] += 1
        yield partition, key, value


def placed(records: Iterator[Pair], partitions: int) -> Iterator[tuple[int, bytes, bytes]]:
    """The same without positions."""
    return ((partition_of_bytes(key, partitions), key, value) for key, value in records)


def lookups(count: int, profile_count: int) -> Iterator[Pair]:
    """Events of `count` people among those of `profile_count`."""
    chance = random.Random(311)
    for number in range(count):
        user = f"user-{chance.randrange(profile_count):07d}"
        yield user.encode(), orjson.dumps({"userId": user, "messageId": f"lookup-{number}"})
