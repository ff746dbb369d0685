"""What a worker counts about itself; read by the watchdog, the logs and the metrics."""

from collections import Counter
from dataclasses import dataclass, field

from worker.reasons import Reason


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
