"""When to stop because of dead letters: a bad deployment must not turn a whole topic into them.

A policy (from Tuning) and its state are apart, and nothing here reads a clock: the same records lead to the same end.
"""

from collections import deque
from collections.abc import Collection, Sequence

from msgspec import Struct

from worker.runtime.errors import TooManyDeadLetters
from worker.runtime.record import Record
from worker.runtime.tuning import Tuning

_STEPS = 100
"""The window moves in so many steps."""

_HINT = (
    "`segment-worker dlq list` shows those before. Correct the configuration or the version and start again: these "
    "records were not acked. If what is sent is bad, raise the limit"
)


class DeadLetterLimit(Struct, frozen=True):
    """How many dead letters are too many, of one agent; None asks nothing."""

    ratio_max: float | None
    """Of the last `window` records; not judged before so many were seen."""
    window: int
    in_row_max: int | None

    def start(self, agent: str) -> "LimitState":
        """The state of a worker that has just started."""
        return LimitState(self, agent)


def limit_of(tuning: Tuning, agent: str) -> "LimitState | None":
    """The state for an agent; None where there is no limit, so that nothing is counted."""
    if tuning.dead_letter_ratio_max is None and tuning.dead_letters_in_row_max is None:
        return None
    policy = DeadLetterLimit(tuning.dead_letter_ratio_max, tuning.dead_letter_window, tuning.dead_letters_in_row_max)
    return policy.start(agent)


class LimitState:
    """Counts one agent's records, in the order in which its units are decided."""

    def __init__(self, policy: DeadLetterLimit, agent: str) -> None:
        self._policy = policy
        self._agent = agent
        self._in_row = 0
        self._step = max(1, policy.window // _STEPS)
        self._steps: deque[tuple[int, int]] = deque()
        """(records, dead letters) of the steps within the window, the newest last."""
        self._records = 0
        self._dead = 0

    def observe(self, records: Sequence[Record], dead_offsets: Collection[int]) -> None:
        """Count a unit's records, before it is written.

        Raises:
            TooManyDeadLetters: when they exceed the limit; the unit must not be written then.
        """
        if not dead_offsets:
            self._in_row = 0
            self._count(len(records), 0)
            return
        for record in records:
            dead = record.offset in dead_offsets
            self._in_row = self._in_row + 1 if dead else 0
            self._count(1, int(dead))
            self._judge(record)

    def _count(self, records: int, dead: int) -> None:
        self._records += records
        self._dead += dead
        if self._steps and self._steps[-1][0] < self._step:
            before = self._steps.pop()
            records, dead = records + before[0], dead + before[1]
        self._steps.append((records, dead))
        while self._records - self._steps[0][0] >= self._policy.window:
            gone = self._steps.popleft()
            self._records -= gone[0]
            self._dead -= gone[1]

    def _judge(self, record: Record) -> None:
        policy = self._policy
        place = f"{record.topic}/{record.partition}/{record.offset}"
        if policy.in_row_max is not None and self._in_row > policy.in_row_max:
            raise TooManyDeadLetters(
                f"agent {self._agent}: {self._in_row} records one after the other became dead letters, the last at "
                f"{place}, more than worker.dead_letters_in_row_max; {_HINT}"
            )
        if policy.ratio_max is None or self._records < policy.window:
            return
        if self._dead > policy.ratio_max * self._records:
            raise TooManyDeadLetters(
                f"agent {self._agent}: {self._dead} of the last {self._records} records up to {place} became dead "
                f"letters, more than worker.dead_letter_ratio_max; {_HINT}"
            )
