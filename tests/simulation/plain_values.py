"""Who and what the plain model keeps: people, anonymousIds, devices (plain.py)."""

from dataclasses import dataclass, field

from tests.simulation.oracle import Call, newest
from worker.jsontypes import Json, JsonObject

Values = dict[str, tuple[float, Json]]
"""Attributes: when each was set, and to what; None: it was removed."""

NEVER = -1e15

RELATED = ""
"""Among the attributes of a relationship: that it is there."""


@dataclass(eq=False)
class Person:
    """Somebody who is there."""

    created: float
    id: str | None = None
    email: str | None = None
    identified: bool = False
    values: Values = field(default_factory=dict)
    anonymous: set[str] = field(default_factory=set)
    events: set[str] = field(default_factory=set)
    related: dict[str, Values] = field(default_factory=dict)
    ended: dict[str, float] = field(default_factory=dict)
    groups: list[tuple[float, Call]] = field(default_factory=list)
    """What waits, and by how much its time is lowered."""
    level: int = 0

    @property
    def half(self) -> str:
        return "email" if self.id is None else "id" if self.email is None else ""


@dataclass
class Browser:
    """An anonymousId: whose it is, and what waits."""

    owner: Person | None = None
    waiting: list[Call] = field(default_factory=list)


@dataclass
class Device:
    """Who used it last, who has removed it, and what each has said there."""

    used: float = 0.0
    owner: Person | None = None
    removals: list[tuple[float, Person]] = field(default_factory=list)
    given: list[tuple[float, Person, JsonObject]] = field(default_factory=list)

    @property
    def holder(self) -> Person | None:
        removed = any(by is self.owner and at >= self.used for at, by in self.removals)
        return None if removed else self.owner

    def attributes(self) -> JsonObject:
        """What its owner has said there and not removed."""
        floor = max((at for at, by in self.removals if by is self.owner), default=NEVER)
        return newest([((at, ""), given) for at, by, given in self.given if by is self.owner and at > floor])
