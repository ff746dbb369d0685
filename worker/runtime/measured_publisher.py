"""A publisher that times another one, a unit at a time."""

import time
from collections.abc import Sequence

from worker.runtime.meter import Deliveries
from worker.runtime.outgoing import Out
from worker.runtime.publisher import Outputs, Publisher


class MeasuredPublisher:
    """Counts what `inner` delivered, and how long it took."""

    def __init__(self, inner: Publisher, outputs: Deliveries, changelog: Deliveries) -> None:
        self._inner = inner
        self._outputs = outputs
        self._changelog = changelog

    async def deliver(self, outputs: Outputs) -> None:
        """See `Publisher.deliver`."""
        started = time.monotonic()
        await self._inner.deliver(outputs)
        self._outputs.seconds.observe(time.monotonic() - started)
        self._outputs.records += sum(map(len, outputs.values()))

    async def append(self, topic: str, partition: int, records: Sequence[Out]) -> int:
        """See `Publisher.append`."""
        started = time.monotonic()
        offset = await self._inner.append(topic, partition, records)
        self._changelog.seconds.observe(time.monotonic() - started)
        self._changelog.records += len(records)
        return offset
