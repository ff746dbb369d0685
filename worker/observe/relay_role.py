"""What a relay tells about itself."""

from collections.abc import Iterator

from worker.observe import metrics
from worker.observe.observer import Sample
from worker.reasons import Reason
from worker.relay.meter import OUTCOMES, RelayMeter


class RelayObserver:
    """Reads `meter`, in which the relay counts."""

    def __init__(self, topic: str) -> None:
        self._topic = topic
        self.meter = RelayMeter()
        self._works = False

    def works(self) -> None:
        """The relay reads its topic from now on."""
        self._works = True

    def not_alive(self) -> str | None:
        """What goes wrong ends the relay by itself; one that waits for Segment needs no restart."""
        return None

    def not_ready(self) -> str | None:
        """It is once it reads."""
        return None if self._works else "starting to read"

    async def refresh(self) -> None:
        """All is at hand."""

    def samples(self) -> Iterator[Sample]:
        """All metrics of role relay."""
        meter = self.meter
        yield Sample(metrics.RELAY_DELIVERED, (), meter.accepted)
        yield Sample(metrics.RELAY_KNOWN, (), meter.repeats)
        # From 0 on, here and below: Prometheus' increase() does not see the first value of a series.
        for outcome in dict.fromkeys((*OUTCOMES, *meter.requests)):
            yield Sample(metrics.RELAY_REQUESTS, (outcome,), meter.requests[outcome])
        yield Sample(metrics.RELAY_SECONDS, (), meter.latency)
        yield Sample(metrics.RELAY_WAITING, (), meter.waiting)
        if meter.lag is not None:
            yield Sample(metrics.LAG, (self._topic,), meter.lag)
        yield Sample(metrics.RELAY_PAUSED, (), meter.open)
        for reason in Reason:
            yield Sample(metrics.DEAD_LETTERS, ("relay", reason.value), meter.dead_letters[reason])
