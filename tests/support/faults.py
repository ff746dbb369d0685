"""Faults at every await of a client at its broker: the Nth fails, once or for ever, before or after it took effect."""

import asyncio
import contextlib
import random
from collections.abc import AsyncIterator
from enum import Enum

from aiokafka.errors import KafkaConnectionError
from msgspec import Struct


class Kind(Enum):
    """What happens at a fault point."""

    BEFORE = "before"
    """The request never reaches the broker; the client sees an error."""
    AFTER = "after"
    """The request takes effect, but its answer is lost; the client sees an error."""
    SILENCE = "silence"
    """The request takes effect and no answer ever comes."""


class Plan(Struct, frozen=True):
    """Which of the client's awaits fails, counted from 0, and whether all later ones fail too."""

    at: int
    kind: Kind
    for_ever: bool = False

    def hits(self, number: int) -> bool:
        return number == self.at or (self.for_ever and number > self.at)


class Faults:
    """The fault points of one client. Every request takes a little (virtual) time on its way there and back."""

    def __init__(self, plan: Plan | None = None, *, seed: int | None = None) -> None:
        self._plan = plan
        self._random = None if seed is None else random.Random(seed)
        self.points: list[str] = []
        """The names of the awaits so far."""
        self.fired: list[str] = []
        """The names of those that failed."""
        self._cut = False

    @contextlib.asynccontextmanager
    async def around(self, name: str) -> AsyncIterator[None]:
        """One request: the body is its effect.

        Raises:
            KafkaConnectionError: as planned.
        """
        number = len(self.points)
        self.points.append(name)
        hit = self._plan is not None and self._plan.hits(number)
        kind = self._plan.kind if self._plan is not None else None
        await self._travel()
        if hit:
            self.fired.append(name)
            if kind is Kind.BEFORE:
                raise KafkaConnectionError(f"fault {number} before {name}")
        yield
        if hit and kind is Kind.AFTER:
            raise KafkaConnectionError(f"fault {number} after {name}")
        if hit:
            await _for_ever()
        await self._travel()

    @contextlib.asynccontextmanager
    async def quietly(self) -> AsyncIterator[None]:
        """A request that is no fault point, because clients repeat it for ever: it only takes its time."""
        await self._travel()
        yield
        await self._travel()

    async def _travel(self) -> None:
        await asyncio.sleep(0.001 if self._random is None else self._random.choice((0, 0.001, 0.005, 0.05)))
        if self._cut:
            await _for_ever()

    def cut(self) -> None:
        """The client is dead: nothing that it asked for takes effect from now on."""
        self._cut = True


async def _for_ever() -> None:
    await asyncio.get_running_loop().create_future()
