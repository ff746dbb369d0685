"""What tests put between a worker and its publisher."""

import asyncio
from collections.abc import Callable, Sequence

from worker.runtime.errors import DeliveryFailed
from worker.runtime.outgoing import Out
from worker.runtime.publisher import Outputs, Publisher


class Obstacle:
    """Passes everything on, until told otherwise."""

    def __init__(self, inner: Publisher) -> None:
        self._inner = inner

    async def deliver(self, outputs: Outputs) -> None:
        await self._inner.deliver(outputs)

    async def append(self, topic: str, partition: int, records: Sequence[Out]) -> int:
        return await self._inner.append(topic, partition, records)


class Gate(Obstacle):
    """While it is shut, changelog batches wait in front of it."""

    def __init__(self, inner: Publisher) -> None:
        super().__init__(inner)
        self.open = asyncio.Event()
        self.waiting = 0

    async def append(self, topic: str, partition: int, records: Sequence[Out]) -> int:
        self.waiting += 1
        await self.open.wait()
        self.waiting -= 1
        return await super().append(topic, partition, records)


class Crash(Obstacle):
    """Fails at the `at`th changelog batch (from 1), before or after it was written, and at all that follows."""

    def __init__(self, inner: Publisher, at: int, *, after: bool) -> None:
        super().__init__(inner)
        self._left = at
        self._after = after
        self.crashed = False

    async def append(self, topic: str, partition: int, records: Sequence[Out]) -> int:
        self._left -= 1
        if self._left > 0:
            return await super().append(topic, partition, records)
        self.crashed = True
        if self._after and self._left == 0:
            await super().append(topic, partition, records)
        raise DeliveryFailed("crash")

    async def deliver(self, outputs: Outputs) -> None:
        if self.crashed:
            raise DeliveryFailed("crash")
        await super().deliver(outputs)


class Spy(Obstacle):
    """Calls back before each changelog batch."""

    def __init__(self, inner: Publisher, on_append: Callable[[str, int, Sequence[Out]], None]) -> None:
        super().__init__(inner)
        self._on_append = on_append

    async def append(self, topic: str, partition: int, records: Sequence[Out]) -> int:
        self._on_append(topic, partition, records)
        return await super().append(topic, partition, records)
