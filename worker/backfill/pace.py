"""How fast a backfill goes: as fast as the workers take it while nobody else waits, slowly while others do.

Others' events wait behind what was replayed before them. So no more than `QUIET_LAG` records are under way while
nothing else comes; and while something does, the backfill starts at `LIVE_RATE` and goes faster only as long as the
workers keep up.
"""

from typing import Final

from msgspec import Struct

QUIET_LAG: Final = 2_000
"""Records that may wait for the workers while there is no live traffic: about a second of their work."""

QUIET_S: Final = 2.0
"""Seconds without anybody else's event after which there is no live traffic."""

LIVE_RATE: Final = 100.0
"""Events a second with which a backfill begins beside live traffic."""

LIVE_RATE_MIN: Final = 10.0
LIVE_RATE_MAX: Final = 1_000.0
LIVE_STEP: Final = 10.0
"""Events a second by which it goes faster after each look at the lag in which the workers kept up."""

BEHIND_S: Final = 0.75
"""The workers keep up while no more waits than comes in this time: they commit what they did only every half second."""

BEHIND_RECORDS: Final = 25
"""And a few more, for low rates."""


class Observation(Struct, frozen=True):
    """A look at the system: records that wait for the workers, and how many others wrote, in `seconds`."""

    lag: int
    live: int
    seconds: float


class Pace(Struct, frozen=True):
    """The pace at a moment: `budget` records may be sent until the next look; `rate` is that beside live traffic.

    `quiet_s`: for how long nobody else has written, as far as it is known.
    """

    limit: float | None
    rate: float = LIVE_RATE
    budget: int = 0
    quiet_s: float = 0.0

    @property
    def live(self) -> bool:
        """Whether there is live traffic, or was a moment ago."""
        return self.quiet_s < QUIET_S

    def after(self, seen: Observation) -> "Pace":
        """The pace that follows from a look at the system."""
        quiet_s = 0.0 if seen.live else self.quiet_s + seen.seconds
        if quiet_s >= QUIET_S:
            return Pace(self.limit, LIVE_RATE, self._limited(QUIET_LAG - seen.lag, seen.seconds), quiet_s)
        allowed = (seen.live / seen.seconds + self.rate) * BEHIND_S + BEHIND_RECORDS
        rate = max(LIVE_RATE_MIN, self.rate / 2) if seen.lag > allowed else min(LIVE_RATE_MAX, self.rate + LIVE_STEP)
        budget = 0 if seen.lag > 2 * allowed else max(1, round(rate * seen.seconds))
        return Pace(self.limit, rate, self._limited(budget, seen.seconds), quiet_s)

    def _limited(self, budget: int, seconds: float) -> int:
        if self.limit is not None:
            budget = min(budget, max(1, round(self.limit * seconds)))
        return max(0, budget)
