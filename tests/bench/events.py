"""The plain events of part (a): 430 bytes of track call, over 1,000 users. No two runs differ."""

import random
from collections.abc import Iterator

import orjson

from tests.bench.topics import Pair

EVENT_BYTES = 430
KEYS = 1000

_PRODUCTS = ("Basic", "Team", "Business", "Enterprise")
_BROWSER = "Mozilla/5.0 (X11; Linux x86_64; rv:128.0) Gecko/20100101 Firefox/128.0"


def small_events(count: int) -> Iterator[Pair]:
    """Key (the user's id) and value of `count` events; those of a smaller count are the first of a larger one's."""
    chance = random.Random(20_260_101)
    for number in range(count):
        user = f"user-{chance.randrange(KEYS):04d}"
        event = {
            "type": "track",
            "userId": user,
            "messageId": f"{chance.getrandbits(64):016x}-{number:08d}",
            "timestamp": f"2026-01-01T{number // 3600 % 24:02d}:{number // 60 % 60:02d}:{number % 60:02d}.000Z",
            "event": "Order Completed",
            "properties": {
                "order": chance.randrange(10**6),
                "plan": chance.choice(_PRODUCTS),
                "total": chance.randrange(10**5) / 100,
            },
            "context": {"ip": "198.51.100.7", "userAgent": _BROWSER, "page": {"path": "/"}},
        }
        value = orjson.dumps(event)
        event["context"] = {
            "ip": "198.51.100.7",
            "userAgent": _BROWSER,
            "page": {"path": "/" + "a" * (EVENT_BYTES - len(value))},
        }
        yield user.encode(), orjson.dumps(event)
