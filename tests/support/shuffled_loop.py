"""A virtual-time loop that lets tasks go on in another order than asyncio would.

What asyncio's own order hides – who of two waiting tasks goes on first, what happens between an event and those who
wait for it – changes on a real machine with every answer of a broker. Here a seed draws it: the tasks that could go on
are shuffled, some are held back for some turns of the loop, and timers come late. Callbacks that are no steps of a task
keep their order, since asyncio's transports rely on it.
"""

import asyncio
import random
from collections.abc import Callable, Coroutine
from contextvars import Context
from typing import Any, TypeVar, TypeVarTuple

from tests.support import virtual_time

ResultT = TypeVar("ResultT")
Ts = TypeVarTuple("Ts")

TURN_S = 1e-6
"""Each turn of the loop takes so long: a wait shorter than what a float can add to the time would never end."""
HELD_TURNS = 4
LONG_TURNS = 100


class ShuffledLoop(virtual_time.VirtualTimeLoop):
    """How much is shuffled, held back and late depends on the seed, too."""

    _ready: Any
    """asyncio's queue of what can go on."""

    def __init__(self, seed: int) -> None:
        self._chance = chance = random.Random(seed)
        self._hold = chance.choice((0.0, 0.1, 0.3, 0.6))
        self._hold_long = chance.choice((0.0, 0.01, 0.05))
        self._late = chance.choice((0.0, 0.2, 0.5))
        self._late_s = chance.choice((0.0005, 0.002, 0.01))
        self._held: list[tuple[int, asyncio.Handle]] = []
        self._turn = 0
        super().__init__()

    def call_at(
        self, when: float, callback: Callable[[*Ts], object], *args: *Ts, context: Context | None = None
    ) -> asyncio.TimerHandle:
        if self._chance.random() < self._late:
            when += self._chance.random() * self._late_s
        return super().call_at(when, callback, *args, context=context)

    def _run_once(self) -> None:
        self._turn += 1
        self.now += TURN_S
        handles = [self._ready.popleft() for _ in range(len(self._ready))]  # other threads may add to its end
        steps = [handle for handle in handles if _is_step(handle)]
        others = [handle for handle in handles if not _is_step(handle)]
        steps += self._back(at_once=not handles)
        self._chance.shuffle(steps)
        going = [step for step in steps if not self._holds(step)]
        if steps and not going and not others:
            going = self._back(at_once=True)
        self._ready.extendleft(reversed(others + going))
        super()._run_once()  # type: ignore[misc]  # asyncio's, which its types leave out

    def _holds(self, step: asyncio.Handle) -> bool:
        drawn = self._chance.random()
        if drawn >= self._hold + self._hold_long:
            return False
        turns = self._chance.randint(1, LONG_TURNS if drawn < self._hold_long else HELD_TURNS)
        self._held.append((self._turn + turns, step))
        return True

    def _back(self, *, at_once: bool) -> list[asyncio.Handle]:
        """Those that were held back for long enough; `at_once`: at least the one that would be next."""
        if not self._held:
            return []
        until = max(self._turn, min(turn for turn, _ in self._held)) if at_once else self._turn
        back = [step for turn, step in self._held if turn <= until]
        self._held = [held for held in self._held if held[0] > until]
        return back


def _is_step(handle: asyncio.Handle) -> bool:
    return isinstance(getattr(handle._callback, "__self__", None), asyncio.Task)  # type: ignore[attr-defined]


def run(main: Coroutine[Any, Any, ResultT], seed: int) -> ResultT:
    """`virtual_time.run` in the order that `seed` draws."""
    return virtual_time.run(main, lambda: ShuffledLoop(seed))
