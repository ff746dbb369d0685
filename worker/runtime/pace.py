"""How long a fetch waits for more while records come: the longer, the more of its time a worker has to work.

Each fetch costs as much as some records do, on both sides, and the more the more partitions it asks for. Of many
partitions each gives a few records at a time, and each few are a unit with its own writes: with longer waits the units
are larger, and a worker that has much to do is sooner done. One that has time to spare gives it to what waits.
"""

from typing import Final

SHORTEST_S: Final = 0.005
LONGEST_S: Final = 0.01
LONGEST_A_PARTITION_S: Final = 0.0003

BUSY: Final = 0.25
"""A worker that is idle for less of its time than this waits longer …"""
SPARE: Final = 0.35
"""… and one that is for more than this shorter."""

_SPAN_S: Final = 0.1
_LONGER: Final = 1.5
_SHORTER: Final = 0.8


class Pace:
    """The wait of the next fetch, in seconds, found by how busy the last ones left the worker."""

    def __init__(self, now: float, idle_s: float) -> None:
        self._since = now
        self._idle_s = idle_s
        self._wait_s = LONGEST_S

    def wait_s(self, partitions: int, now: float, idle_s: float) -> float:
        """The wait of a fetch from so many partitions; until `now` the worker was idle for `idle_s` in all."""
        longest = max(LONGEST_S, partitions * LONGEST_A_PARTITION_S)
        span = now - self._since
        if span >= _SPAN_S:
            idle = (idle_s - self._idle_s) / span
            self._since, self._idle_s = now, idle_s
            self._wait_s *= _LONGER if idle < BUSY else _SHORTER if idle > SPARE else 1.0
        self._wait_s = min(max(self._wait_s, SHORTEST_S), longest)
        return self._wait_s
