"""What goes together in a batch, in which order, and what becomes of what waits when one fails."""

import asyncio
from typing import cast

import pytest
from aiokafka import AIOKafkaProducer
from aiokafka.errors import KafkaError, MessageSizeTooLargeError
from aiokafka.producer.message_accumulator import BatchBuilder

from worker.runtime.errors import DeliveryFailed
from worker.runtime.line import Delivery, Line
from worker.runtime.outgoing import OUTPUT_BATCH_BYTES, Out, out

LARGE = 100_000


class Producer:
    """Takes batches one by one, and answers when it is told to."""

    def __init__(self) -> None:
        self.batches: list[list[Out]] = []
        self.answers: list[asyncio.Future[None]] = []

    def create_batch(self) -> "Noting":
        return Noting()

    async def send_batch(self, batch: "Noting", topic: str, *, partition: int) -> asyncio.Future[None]:
        assert (topic, partition) == ("people", 3)
        assert all(answer.done() for answer in self.answers), "one at a time"
        self.batches.append(batch.records)
        self.answers.append(asyncio.get_running_loop().create_future())
        return self.answers[-1]

    async def answer(self, problem: KafkaError | None = None) -> None:
        """Answer the batch under way, and let the line go on."""
        if problem is None:
            self.answers[-1].set_result(None)
        else:
            self.answers[-1].set_exception(problem)
        await asyncio.sleep(0.01)


class Noting(BatchBuilder):  # type: ignore[misc]  # aiokafka has no types
    """A batch that can be looked into."""

    def __init__(self) -> None:
        super().__init__(4_000_000, 0)
        self.records: list[Out] = []

    def append(
        self, *, timestamp: None, key: bytes | None, value: bytes | None, headers: list[tuple[str, bytes | None]]
    ) -> object:
        taken = super().append(timestamp=timestamp, key=key, value=value, headers=headers)
        assert taken is not None, "it would be lost"
        self.records.append(out(key, value, headers))
        return taken


def record(number: int, size: int = 10) -> Out:
    return out(b"%d" % number, bytes(size))


async def added(line: Line, *records: Out) -> Delivery:
    delivery = Delivery(1)
    line.add(records, delivery)
    await asyncio.sleep(0.01)
    return delivery


def keys(batch: list[Out]) -> list[int]:
    return [int(one.key or b"") for one in batch]


@pytest.fixture
def producer() -> Producer:
    return Producer()


@pytest.fixture
async def line(producer: Producer) -> Line:
    return Line(cast("AIOKafkaProducer", producer), "people", 3)


async def test_what_comes_while_a_batch_is_under_way_goes_with_the_next_one(line: Line, producer: Producer) -> None:
    deliveries = [await added(line, record(2 * n), record(2 * n + 1)) for n in range(3)]
    await producer.answer()
    assert [keys(batch) for batch in producer.batches] == [[0, 1], [2, 3, 4, 5]]
    assert [one.done.done() for one in deliveries] == [True, False, False]
    await producer.answer()
    assert all(one.done.done() for one in deliveries)
    await added(line, record(6))
    assert keys(producer.batches[-1]) == [6]


async def test_a_batch_is_no_larger_than_a_topic_takes_and_a_delivery_done_with_its_last_record(
    line: Line, producer: Producer
) -> None:
    first = await added(line, record(0))
    second = await added(line, *(record(n, LARGE) for n in range(1, 13)))
    third = await added(line, record(13, OUTPUT_BATCH_BYTES + 1), record(14))
    done = []
    while not third.done.done():
        await producer.answer()
        done.append((first.done.done(), second.done.done()))
    assert [number for batch in producer.batches for number in keys(batch)] == list(range(15))
    assert all(sum(one.size for one in batch) <= OUTPUT_BATCH_BYTES for batch in producer.batches if len(batch) > 1)
    assert [len(batch) for batch in producer.batches] == [1, 8, 4, 1, 1]
    assert done == [(True, False), (True, False), (True, True), (True, True), (True, True)]


async def test_what_waits_behind_a_batch_that_failed_fails_with_it_and_is_never_sent(
    line: Line, producer: Producer
) -> None:
    deliveries = [await added(line, record(n)) for n in range(3)]
    await producer.answer(MessageSizeTooLargeError())
    for one in deliveries:
        with pytest.raises(DeliveryFailed, match=r"^people/3 was not acknowledged: MessageSizeTooLargeError"):
            await one.done
    await added(line, record(3))
    assert [keys(batch) for batch in producer.batches] == [[0], [3]]
