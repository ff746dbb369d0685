"""How fast a backfill goes: as fast as the workers take it while nobody else waits, slowly while others do.

Others' events wait behind what was replayed before them. So what is under way is kept below what the workers do in
`QUIET_QUEUE_S` while nothing else comes; and while something does, the backfill sends a few records at a time at a
steady rate, which rises slowly as long as records are worked through as they come, and is halved when they wait.

How long records wait is known by Little's law: it is the number of those that wait, divided by how many pass in a
second. The brokers know which are done only as of the workers' last commit, so the least of what is seen in the time
from one commit to the next is taken.
"""

from typing import Final

from msgspec import Struct
from msgspec.structs import replace

QUIET_RECORDS: Final = 2_000
"""Records that may wait for the workers while there is no live traffic, however slow they are."""

QUIET_RECORDS_MAX: Final = 50_000
QUIET_QUEUE_S: Final = 1.0
"""Or as many as the workers do in this time, half of which passes between two of their commits."""

QUIET_S: Final = 2.0
"""Seconds without anybody else's event after which there is no live traffic."""

LIVE_RATE: Final = 100.0
"""Events a second with which a backfill begins beside live traffic."""

LIVE_RATE_MIN: Final = 10.0
LIVE_SHARE_MIN: Final = 0.25
"""At the least it sends so much of the live events' rate, however long records wait: where each topic takes its time
even with few events, it would never end otherwise. Only while the workers are far behind it sends nothing."""

LIVE_RATE_MAX: Final = 1_000.0
LIVE_STEP: Final = 15.0
"""Events a second by which it goes faster in each second in which nothing waits."""

WAIT_MAX_S: Final = 0.06
"""Where records wait longer than this in a topic, on the average, the workers are behind. (The brokers are asked up to
a look's time after a commit, so that what comes in that time seems to wait too.)"""

SLACK_RECORDS: Final = 10
"""So few records do not make a queue, however few pass."""

FLOW_S: Final = 1.0
"""Over this time the number of records that pass in a second is averaged."""


class Look(Struct, frozen=True):
    """What was seen of the system, `seconds` after the last look; counts of records in all topics of the workers.

    `waiting` are not known to be done, `written` came and `done` were done since the last look; `live` is how many
    others wrote to the inbound topic.
    """

    seconds: float
    waiting: int
    written: int
    done: int
    live: int


class Pace(Struct, frozen=True):
    """The pace at a moment. `limit` is the most events a second, `commit_s` the time between two commits of a worker.

    `rate`: events a second beside live traffic. `room`: records that may be sent until the next look if there is none.
    `quiet_s`: for how long nobody else has written, as far as it is known. `flow`: records that pass in a second, and
    `others`: events that others write in a second.
    `waits`: of the looks in the time of a commit, seconds that records waited, and seconds since the look before.
    `held`: more waits than the time between two commits explains; nothing is sent until the next look.
    """

    limit: float | None
    commit_s: float
    rate: float = LIVE_RATE
    room: int = 0
    quiet_s: float = 0.0
    flow: float = 0.0
    others: float = 0.0
    waits: tuple[tuple[float, float], ...] = ()
    held: bool = False

    @property
    def live(self) -> bool:
        """Whether there is live traffic, or was a moment ago."""
        return self.quiet_s < QUIET_S

    @property
    def rate_min(self) -> float:
        """Events a second below which it does not go beside live traffic."""
        return min(LIVE_RATE_MAX, max(LIVE_RATE_MIN, LIVE_SHARE_MIN * self.others))

    @property
    def wait_s(self) -> float | None:
        """How long records wait in a topic; None as long as that cannot be told from the looks."""
        if sum(seconds for _, seconds in self.waits) < self.commit_s:
            return None
        return min(wait for wait, _ in self.waits)

    @property
    def per_second(self) -> float | None:
        """Events a second that may be sent now; None: `room` is the only bound."""
        if not self.live:
            return self.limit
        rate = 0.0 if self.held else self.rate
        return rate if self.limit is None else min(rate, self.limit)

    def after(self, seen: Look) -> "Pace":
        """The pace that follows from a look at the system."""
        quiet_s = 0.0 if seen.live else self.quiet_s + seen.seconds
        share = min(1.0, seen.seconds / FLOW_S)
        flow = self.flow + share * (max(seen.written, seen.done) / max(seen.seconds, 0.001) - self.flow)
        others = self.others + share * (seen.live / max(seen.seconds, 0.001) - self.others)
        if quiet_s >= QUIET_S:
            allowed = min(QUIET_RECORDS_MAX, max(QUIET_RECORDS, int(flow * QUIET_QUEUE_S)))
            return Pace(self.limit, self.commit_s, room=max(0, allowed - seen.waiting), quiet_s=quiet_s, flow=flow)
        wait = max(0, seen.waiting - SLACK_RECORDS) / max(flow, 1.0)
        held = wait > self.commit_s + 2 * WAIT_MAX_S
        waits = self._recent((*self.waits, (wait, seen.seconds)))
        found = replace(self, room=0, quiet_s=quiet_s, flow=flow, others=others, waits=waits, held=held)
        wait_s = found.wait_s
        if wait_s is None:
            return found
        if wait_s > WAIT_MAX_S:  # what that does is seen after the next commits only
            return replace(found, rate=max(found.rate_min, self.rate / 2), waits=())
        return replace(found, rate=min(LIVE_RATE_MAX, self.rate + LIVE_STEP * min(seen.seconds, FLOW_S)))

    def _recent(self, waits: tuple[tuple[float, float], ...]) -> tuple[tuple[float, float], ...]:
        """Those of the last `commit_s`."""
        passed = 0.0
        for number in range(len(waits) - 1, -1, -1):
            passed += waits[number][1]
            if passed >= self.commit_s:
                return waits[number:]
        return waits
