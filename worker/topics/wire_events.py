"""Histories of a workspace for the examples (worker/topics/wire.py): what the bundled events do not lead to.

Those are a company's autumn, in which everything goes as it should. Here people take each other's addresses, come late,
are merged into each other at once, and have more of something than one decision goes through.
"""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Final, TypeAlias

from msgspec import Struct

from worker.jsontypes import Json, JsonObject
from worker.moments import stamp

_START: Final = datetime(2026, 10, 5, 8, 0, tzinfo=UTC)
_DAY: Final = 86_400

Told: TypeAlias = tuple[float, JsonObject]
"""An event and when it happened, in seconds after the start."""


class History(Struct, frozen=True):
    """Events in the order of their arrival; with a seed those within a second interleave as it says."""

    events: tuple[JsonObject, ...]
    seed: int | None = None


def histories() -> Iterator[History]:
    """All of them, each of a workspace of its own."""
    yield History(_finished("names", _names()))
    yield History(_finished("anonymous", _anonymous()))
    yield History(_finished("endings", _endings()))
    yield History(_finished("many", _many()))
    yield History(_finished("circle", _circle()), seed=3)
    yield History(_finished("halves", _halves()), seed=6)


def _finished(name: str, told: Iterator[Told]) -> tuple[JsonObject, ...]:
    return tuple(
        {"messageId": f"{name}-{number}", "timestamp": stamp(_START + timedelta(seconds=seconds)), **event}
        for number, (seconds, event) in enumerate(told, 1)
    )


def _identify(user: str, anonymous: str | None = None, **traits: Json) -> JsonObject:
    return {"type": "identify", "userId": user, **({"anonymousId": anonymous} if anonymous else {}), "traits": traits}


def _track(event: str, **who: Json) -> JsonObject:
    return {"type": "track", "event": event, "properties": {}, **who}


def _group(user: str, group: str, **traits: Json) -> JsonObject:
    return {"type": "group", "userId": user, "groupId": group, "traits": traits}


def _alias(user: str, previous: str) -> JsonObject:
    return {"type": "alias", "userId": user, "previousId": previous}


def _opened(user: str, token: str) -> JsonObject:
    return {**_track("Application Opened", userId=user), "context": {"device": {"token": token, "type": "ios"}}}


def _names() -> Iterator[Told]:
    """A taken email, one that is given up, nobody's cio_id, merges with nobody, a half that finds its other one."""
    yield 0, _identify("ada", email="ada@example.com")
    yield 10, _identify("grace", email="ada@example.com")
    yield 20, _identify("ada", email="countess@example.com")
    yield 30, _identify("cio_0a0b0c0d0e0f", plan="pro")
    yield 40, _alias("ada", "nobody")
    yield 50, _alias("ada", "ada")
    yield 60, {"type": "identify", "userId": "", "traits": {"email": "half@example.com"}}
    yield 70, _identify("half", first_name="Half")
    yield 80, _identify("half", email="half@example.com")
    yield 90, _group("ada", "acme", name="Acme", relationship="partner")
    yield 100, _group("late", "acme")


def _anonymous() -> Iterator[Told]:
    """A browser of two people, the first of whom shows late; activity that waited too long; an identify of nobody."""
    yield 0, _track("Product Viewed", anonymousId="browser")
    yield 10, _identify("ada", "browser")
    yield 20, _track("Cart Viewed", anonymousId="browser")
    yield 600, _track("Ebook Downloaded", anonymousId="browser")
    yield 500, _identify("grace", "browser")
    yield 700, {"type": "identify", "anonymousId": "shy", "traits": {"first_name": "Who"}}
    yield 800, _track("Ad Clicked", anonymousId="slow")
    yield 800 + 31 * _DAY, _identify("slow", "slow")


def _endings() -> Iterator[Told]:
    """Deleted and merged, with all that belongs to somebody; and what arrives after its person's deletion."""
    yield 0, _identify("ada", "browser")
    yield 10, _opened("ada", "0123456789abcdef")
    yield 20, _identify("grace")
    yield 30, _opened("grace", "fedcba9876543210")
    yield 40, _track("Report Created", userId="cio_0006aae5e0e089e541d9")  # grace, as the worker calls her
    yield 50, _identify("hedy")
    yield 60, _alias("hedy", "grace")
    yield 100, _track("User Deleted", userId="ada")
    yield 90, _track("Report Created", userId="ada")


def _many() -> Iterator[Told]:
    """More than one decision goes through: a visitor's activity, the members of an object, groups that wait."""
    for number in range(100):
        yield 2 * number, _track("Product Viewed", anonymousId="browser")
    yield 500, _identify("ada", "browser")
    for number in range(300):
        yield 600 + 2 * number, _identify(f"member-{number}", plan="team")
        yield 601 + 2 * number, _group(f"member-{number}", "acme")
    yield 1500, {**_track("Object Deleted", userId="ada"), "properties": {"objectId": "acme", "objectTypeId": "1"}}
    for number in range(50):
        yield 1600 + 2 * number, _group("late", f"group-{number}")
    yield 2500, _identify("late", plan="team")


def _circle() -> Iterator[Told]:
    """Three people, each merged into the next at the same time."""
    for number, user in enumerate(("ada", "grace", "hedy")):
        yield 10 * number, _identify(user, plan="team")
    yield 100, _alias("ada", "grace")
    yield 100, _alias("grace", "hedy")
    yield 100, _alias("hedy", "ada")


def _halves() -> Iterator[Told]:
    """Somebody with an id only is about to be merged with an email's person, and gets another email meanwhile."""
    yield 0, {"type": "identify", "userId": "", "traits": {"email": "half@example.com"}}
    yield 10, _identify("half", first_name="Half")
    yield 100, _identify("half", email="half@example.com")
    yield 100, _identify("half", email="other@example.com")
