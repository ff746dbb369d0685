"""What a worker counts about itself; read by the watchdog, the logs and the metrics."""

from collections import Counter
from dataclasses import dataclass, field
from enum import StrEnum

from worker.reasons import Reason
from worker.runtime.histogram import AGES, SECONDS, Histogram


@dataclass(slots=True)
class Meter:
    """Counts since the start, of one agent."""

    records: int = 0
    """Records worked through, whatever became of them."""
    skipped: int = 0
    """Records at or below the recovered position."""
    repeats: int = 0
    """Messages dropped because they were applied before."""
    units: int = 0
    """Units written."""
    dead_letters: Counter[Reason] = field(default_factory=Counter)
    """Dead letters by reason."""
    counted: Counter[StrEnum] = field(default_factory=Counter)
    """What the agent itself counts, such as warnings, by kind; of units that were written."""
    batch_s: Histogram = field(default_factory=lambda: Histogram(SECONDS))
    """Seconds that a batch took."""
    age_s: Histogram = field(default_factory=lambda: Histogram(AGES))
    """Seconds from a batch's oldest record, by its timestamp, to the end of the batch."""


@dataclass(slots=True)
class Deliveries:
    """Counts since the start, of one kind of delivery."""

    records: int = 0
    seconds: Histogram = field(default_factory=lambda: Histogram(SECONDS))


@dataclass(slots=True)
class Progress:
    """What the watchdog last saw of the input partitions."""

    lag: dict[str, int] = field(default_factory=dict)
    """Records that wait, by topic."""
    partitions: int = 0
    stands_still_s: float = 0.0
    """How long the partition has not moved that stands still longest while records wait in it."""
    seen_at: float | None = None
    """When it was seen, by the monotonic clock."""
