"""How fast a contender is, seen from outside: the ends of its output topic, its processor time."""

import asyncio
import time
from statistics import median

from msgspec import Struct

from tests.bench.process import Contender
from tests.bench.topics import Tail

_LOOK_S = 0.05
_START_S = 60.0
_QUIET_S = 10.0


class Flow(Struct, frozen=True):
    """One measurement, from the first outputs seen to the last."""

    start_s: float
    """From the start of the process to the first output."""
    start_cpu_s: float
    """Processor time up to then."""
    seconds: float
    cpu_s: float
    """Processor time of the contender, all its threads together."""
    before: int
    """Outputs that were there when the first was seen."""
    outputs: int
    """Outputs in the end."""

    @property
    def rate(self) -> float:
        """Outputs a second."""
        return (self.outputs - self.before) / self.seconds

    @property
    def cpu_us(self) -> float:
        """Processor time an output, in microseconds."""
        return self.cpu_s / (self.outputs - self.before) * 1e6


async def flow(
    contender: Contender,
    tail: Tail,
    expected: int | None = None,
    *,
    start_s: float = _START_S,
    quiet_s: float = _QUIET_S,
) -> Flow:
    """Watch a contender just started until it has written `expected` outputs, or none any more for `quiet_s`.

    `start_s` is how long to wait for the first. Raises ContenderFailed, also where all came at once: they have no rate.
    """
    found = await watch(contender, tail, expected, start_s=start_s, quiet_s=quiet_s)
    if found.outputs == found.before:
        raise contender.failed(f"gave {found.outputs} outputs at once: it can't be measured with so few events")
    return found


async def watch(
    contender: Contender, tail: Tail, expected: int | None, *, start_s: float, quiet_s: float = _QUIET_S
) -> Flow:
    """The same where the start alone matters; all outputs may come at once."""
    before = await _first(contender, tail, start_s)
    began = moved = time.monotonic()
    start_cpu_s = cpu_s = contender.cpu_s()
    seen = before
    while (expected is None or seen < expected) and time.monotonic() - moved < quiet_s:
        await asyncio.sleep(_LOOK_S)
        contender.check()
        if (count := await tail.count()) != seen:
            seen, moved, cpu_s = count, time.monotonic(), contender.cpu_s()
    return Flow(began - contender.started, start_cpu_s, moved - began, cpu_s - start_cpu_s, before, seen)


async def _first(contender: Contender, tail: Tail, patience_s: float) -> int:
    while (count := await tail.count()) == 0:
        if time.monotonic() - contender.started > patience_s:
            raise contender.failed(f"gave no output within {patience_s:.0f} s")
        contender.check()
        await asyncio.sleep(_LOOK_S)
    return count


class Speed(Struct, frozen=True):
    """The medians of repeated measurements."""

    rate: float
    cpu_us: float

    @classmethod
    def of(cls, flows: list[Flow]) -> "Speed":
        """The medians of `flows`."""
        return cls(median(each.rate for each in flows), median(each.cpu_us for each in flows))
