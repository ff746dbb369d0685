"""What the brokers refuse or do not take is told with the topics that it is about."""

import asyncio
from typing import cast

import pytest
from aiokafka import AIOKafkaProducer
from aiokafka.errors import KafkaError, MessageSizeTooLargeError, TopicAuthorizationFailedError
from aiokafka.producer.message_accumulator import BatchBuilder

from worker.runtime.errors import DeliveryFailed
from worker.runtime.outgoing import out
from worker.runtime.publisher import KafkaPublisher


class Producer:
    """Takes the batches of partitions 0, refuses those of partitions 1, and never answers for the others."""

    def __init__(self, refusal: KafkaError, *, at_once: bool = False) -> None:
        self._refusal = refusal
        self._at_once = at_once

    def create_batch(self) -> BatchBuilder:
        return BatchBuilder(10_000, 0)

    async def send_batch(self, batch: BatchBuilder, topic: str, *, partition: int) -> asyncio.Future[None]:
        assert batch.record_count() == 1, topic
        answer: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        if partition == 0:
            answer.set_result(None)
        elif partition == 1 and self._at_once:
            raise self._refusal
        elif partition == 1:
            answer.set_exception(self._refusal)
        return answer


def publisher(producer: Producer, timeout_s: float = 5.0) -> KafkaPublisher:
    return KafkaPublisher(cast("AIOKafkaProducer", producer), timeout_s)


@pytest.mark.parametrize("at_once", [False, True])
async def test_an_output_that_is_refused_names_its_partition(*, at_once: bool) -> None:
    refusing = publisher(Producer(MessageSizeTooLargeError(), at_once=at_once))
    await refusing.deliver({("people", 0): [out(b"k", b"v")]})
    with pytest.raises(DeliveryFailed, match=r"^people/1 was not acknowledged: MessageSizeTooLargeError") as told:
        await refusing.deliver({("devices", 0): [out(b"k", b"v")], ("people", 1): [out(b"k", b"v")]})
    assert isinstance(told.value.__cause__, KafkaError)


async def test_outputs_that_are_not_taken_in_time_name_their_topics() -> None:
    silent = publisher(Producer(TopicAuthorizationFailedError()), 0.05)
    outputs = {(topic, number): [out(b"k", b"v")] for topic in ("people", "devices") for number in (0, 2, 3)}
    with pytest.raises(DeliveryFailed, match=r"^outputs to devices, people were not acknowledged for 0 s$"):
        await silent.deliver(outputs)
