"""The realistic mix of parts (b) and (d): what a product with 2,000 people sends.

15 % identify, 5 % group, 50 % track, 20 % page, 5 % device, 5 % screen. A third of what pages and tracks say comes from
visitors with only an anonymousId: half of them people before they log in, half of them nobody yet.
"""

import random
from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any

import orjson

from tests.bench.topics import Pair

PEOPLE = 2000
VISITORS = 1000
GROUPS = 200
ANONYMOUS_SHARE = 1 / 3

_KINDS = ("identify", "group", "track", "page", "device", "screen")
_WEIGHTS = (15, 5, 50, 20, 5, 5)
_EVENTS = ("Order Completed", "Product Viewed", "Product Added", "Search Performed", "Report Exported")
_PLANS = ("free", "team", "business", "enterprise")
_PATHS = ("/", "/pricing", "/docs", "/docs/start", "/app/reports")
_APART_S = 0.05
"""Between two events' timestamps."""


def traffic(count: int, start: float) -> Iterator[tuple[str, Pair]]:
    """messageId, and key and value, of `count` events; the first one's own time is `start` (unix seconds).

    But for the times, those of a smaller count are the first of a larger one's.
    """
    chance = random.Random(20_260_102)
    for number in range(count):
        kind = chance.choices(_KINDS, _WEIGHTS)[0]
        message_id = f"{chance.getrandbits(64):016x}-{number:08d}"
        event = _CALLS[kind](chance)
        when = datetime.fromtimestamp(start + number * _APART_S, UTC).isoformat(timespec="milliseconds")
        event |= {"messageId": message_id, "timestamp": when.replace("+00:00", "Z")}
        event["context"] = _context(chance) | event.get("context", {})
        key = event.get("userId") or event["anonymousId"]
        yield message_id, (key.encode(), orjson.dumps(event))


def _identify(chance: random.Random) -> dict[str, Any]:
    person = chance.randrange(PEOPLE)
    return _ids(person) | {
        "type": "identify",
        "traits": {
            "email": f"person.{person}@example.com",
            "first_name": f"Person{person}",
            "plan": chance.choice(_PLANS),
            "logins": chance.randrange(1000),
            "created_at": 1_700_000_000 + person,
        },
    }


def _group(chance: random.Random) -> dict[str, Any]:
    group = chance.randrange(GROUPS)
    return _ids(chance.randrange(PEOPLE)) | {
        "type": "group",
        "groupId": f"company-{group}",
        "traits": {"name": f"Company {group}", "employees": chance.randrange(5000), "plan": chance.choice(_PLANS)},
    }


def _track(chance: random.Random) -> dict[str, Any]:
    return _who(chance) | {
        "type": "track",
        "event": chance.choice(_EVENTS),
        "properties": {
            "order_id": f"order-{chance.randrange(10**6)}",
            "total": chance.randrange(10**5) / 100,
            "currency": "EUR",
            "products": [{"sku": f"sku-{chance.randrange(500)}", "quantity": 1 + chance.randrange(4)}],
        },
    }


def _page(chance: random.Random) -> dict[str, Any]:
    path = chance.choice(_PATHS)
    properties = {"path": path, "url": f"https://www.example.com{path}", "title": "Example", "referrer": ""}
    return _who(chance) | {"type": "page", "name": path, "properties": properties}


def _device(chance: random.Random) -> dict[str, Any]:
    person = chance.randrange(PEOPLE)
    device = {"token": f"token-{person:05d}-{chance.randrange(2)}", "type": chance.choice(("ios", "android"))}
    return _ids(person) | {
        "type": "track",
        "event": "Application Opened",
        "properties": {"version": "4.2.0", "from_background": True},
        "context": {"device": device},
    }


def _screen(chance: random.Random) -> dict[str, Any]:
    return _ids(chance.randrange(PEOPLE)) | {"type": "screen", "name": "Home", "properties": {"tab": "feed"}}


_CALLS = {
    "identify": _identify,
    "group": _group,
    "track": _track,
    "page": _page,
    "device": _device,
    "screen": _screen,
}


def _ids(person: int) -> dict[str, Any]:
    return {"userId": f"user-{person:05d}", "anonymousId": f"browser-{person:05d}"}


def _who(chance: random.Random) -> dict[str, Any]:
    if chance.random() >= ANONYMOUS_SHARE:
        return _ids(chance.randrange(PEOPLE))
    browser = chance.randrange(PEOPLE) if chance.random() < 0.5 else PEOPLE + chance.randrange(VISITORS)
    return {"anonymousId": f"browser-{browser:05d}"}


def _context(chance: random.Random) -> dict[str, Any]:
    return {
        "library": {"name": "analytics.js", "version": "2.11.1"},
        "ip": f"198.51.100.{chance.randrange(256)}",
        "locale": "en-GB",
        "userAgent": "Mozilla/5.0 (X11; Linux x86_64; rv:128.0) Gecko/20100101 Firefox/128.0",
    }
