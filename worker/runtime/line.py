"""The queue in front of one output partition: what comes while a batch is under way goes with the next one, together.

aiokafka takes one batch a partition at a time, and lets everybody who has another one wait for the moment in which
there is room, in no order: with many agents writing to one partition each batch stays small, and one may wait for ever.
"""

import asyncio
from collections import deque
from collections.abc import Sequence

from aiokafka import AIOKafkaProducer
from aiokafka.producer.message_accumulator import BatchBuilder

from worker.runtime.outgoing import OUTPUT_BATCH_BYTES, Out

Delivered = asyncio.Future[None]


class Line:
    """Writes what is added, in order, one batch after the other. What waits is bounded by the units under way."""

    def __init__(self, producer: AIOKafkaProducer, topic: str, partition: int) -> None:
        self._producer = producer
        self._topic = topic
        self._partition = partition
        self._waiting: deque[tuple[Sequence[Out], int, Delivered]] = deque()
        self._task: asyncio.Task[None] | None = None

    def add(self, records: Sequence[Out]) -> Delivered:
        """Write `records`; the future is done when they are acknowledged, or fails as their batch did."""
        delivered: Delivered = asyncio.get_running_loop().create_future()
        self._waiting.append((records, 0, delivered))
        if self._task is None:
            self._task = asyncio.create_task(self._write_all())
        return delivered

    async def _write_all(self) -> None:
        try:
            while self._waiting:
                batch, complete = self._next_batch()
                try:
                    await (await self._producer.send_batch(batch, self._topic, partition=self._partition))
                except Exception as problem:  # noqa: BLE001  whoever waits for the batch gets it
                    self._fail([*complete, *(delivered for _, _, delivered in self._waiting)], problem)
                    self._waiting.clear()
                for delivered in complete:
                    if not delivered.done():
                        delivered.set_result(None)
        finally:
            self._task = None

    def _next_batch(self) -> tuple[BatchBuilder, list[Delivered]]:
        """As much as a batch holds of what waits, and what is complete with it."""
        batch = self._producer.create_batch()
        room = OUTPUT_BATCH_BYTES
        complete: list[Delivered] = []
        while self._waiting:
            records, start, delivered = self._waiting.popleft()
            for number in range(start, len(records)):
                record = records[number]
                if record.size > room and batch.record_count():
                    self._waiting.appendleft((records, number, delivered))
                    return batch, complete
                room -= record.size
                batch.append(timestamp=None, key=record.key, value=record.value, headers=record.headers)
            complete.append(delivered)
        return batch, complete

    @staticmethod
    def _fail(all_of_them: Sequence[Delivered], problem: Exception) -> None:
        for delivered in all_of_them:
            if not delivered.done():
                delivered.set_exception(problem)
