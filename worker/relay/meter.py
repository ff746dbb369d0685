"""What a relay counts about itself; read by the logs and the metrics."""

from collections import Counter
from dataclasses import dataclass, field
from typing import Final

from worker.reasons import Reason
from worker.runtime.histogram import SECONDS, Histogram

OUTCOMES: Final = ("accepted", "refused", "misconfigured", "timeout", "connection")
"""What may become of a request, but for the statuses after which it is tried again."""


@dataclass(slots=True)
class RelayMeter:
    """Counts since the start; `waiting`, `lag` and `open` are of now."""

    accepted: int = 0
    """Events that Segment acknowledged."""
    repeats: int = 0
    """Events that were not sent because the ledger has them."""
    requests: Counter[str] = field(default_factory=Counter)
    """Requests by outcome: one of `OUTCOMES`, or the status for which they are tried again."""
    latency: Histogram = field(default_factory=lambda: Histogram(SECONDS))
    """Seconds that single requests took."""
    dead_letters: Counter[Reason] = field(default_factory=Counter)
    """Dead letters by reason."""
    pauses: int = 0
    """How often the circuit breaker opened."""
    open: bool = False
    """Whether it is open."""
    waiting: int = 0
    """Events that were read and are not yet decided."""
    lag: int | None = None
    """Events in the topic's partitions that are ours and are not yet committed; None while that is not known."""
