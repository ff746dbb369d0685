"""The queue in front of one output partition: what comes while a batch is under way goes with the next one, together.

aiokafka takes one batch a partition at a time, and lets everybody who has another one wait for the moment in which
there is room, in no order: with many agents writing to one partition each batch stays small, and one may wait for ever.
"""

import asyncio
from collections import deque
from collections.abc import Sequence
from functools import partial

from aiokafka import AIOKafkaProducer
from aiokafka.errors import KafkaError
from aiokafka.producer.message_accumulator import BatchBuilder

from worker.runtime.errors import DeliveryFailed
from worker.runtime.outgoing import OUTPUT_BATCH_BYTES, Out


class Delivery:
    """Waits for several lines: `done` when each has delivered its part, or failed as soon as one of them failed."""

    def __init__(self, parts: int) -> None:
        self.done: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self._missing = parts

    def part_done(self) -> None:
        """One line has delivered."""
        self._missing -= 1
        if not self._missing and not self.done.done():
            self.done.set_result(None)

    def fail(self, problem: BaseException) -> None:
        """One line could not deliver."""
        if not self.done.done():
            self.done.set_exception(problem)


class Line:
    """Writes what is added, in order, one batch after the other. What waits is bounded by the units under way.

    It goes on by callbacks: each task between an acknowledgement and who waits for it would cost a turn of a full loop.
    """

    def __init__(self, producer: AIOKafkaProducer, topic: str, partition: int) -> None:
        self._producer = producer
        self._topic = topic
        self._partition = partition
        self._waiting: deque[tuple[Sequence[Out], int, Delivery]] = deque()
        self._under_way = False
        self._task: asyncio.Task[None] | None = None

    def add(self, records: Sequence[Out], delivery: Delivery) -> None:
        """Write `records`, a part of `delivery`."""
        self._waiting.append((records, 0, delivery))
        if not self._under_way:
            self._under_way = True
            self._task = asyncio.create_task(self._send())

    async def _send(self) -> None:
        batch, complete = self._next_batch()
        try:
            sent = await self._producer.send_batch(batch, self._topic, partition=self._partition)
        except Exception as problem:  # noqa: BLE001  whoever waits for the batch gets it
            self._fail(complete, self._named(problem))
        else:
            sent.add_done_callback(partial(self._acknowledged, complete))

    def _acknowledged(self, complete: Sequence[Delivery], sent: asyncio.Future[object]) -> None:
        if sent.cancelled():
            self._fail(complete, DeliveryFailed(f"{self._topic}/{self._partition}: the producer was stopped"))
        elif (problem := sent.exception()) is not None:
            self._fail(complete, self._named(problem))
        else:
            for delivery in complete:
                delivery.part_done()
            if self._waiting:
                self._task = asyncio.create_task(self._send())
            else:
                self._under_way = False

    def _next_batch(self) -> tuple[BatchBuilder, list[Delivery]]:
        """As much as a batch holds of what waits, and what is complete with it."""
        batch = self._producer.create_batch()
        room = OUTPUT_BATCH_BYTES
        complete: list[Delivery] = []
        while self._waiting:
            records, start, delivery = self._waiting.popleft()
            for number in range(start, len(records)):
                record = records[number]
                if record.size > room and batch.record_count():
                    self._waiting.appendleft((records, number, delivery))
                    return batch, complete
                room -= record.size
                batch.append(timestamp=None, key=record.key, value=record.value, headers=record.headers)
            complete.append(delivery)
        return batch, complete

    def _named(self, problem: BaseException) -> BaseException:
        """An error of Kafka's, with the partition that it is about."""
        if not isinstance(problem, KafkaError):
            return problem
        named = DeliveryFailed(f"{self._topic}/{self._partition} was not acknowledged: {problem!r}")
        named.__cause__ = problem
        return named

    def _fail(self, complete: Sequence[Delivery], problem: BaseException) -> None:
        """What was in the batch failed, and so does what waits: it must not overtake that."""
        self._under_way = False
        for delivery in (*complete, *(delivery for _, _, delivery in self._waiting)):
            delivery.fail(problem)
        self._waiting.clear()
