"""What the brokers refuse or do not take is told with the topics that it is about, and told once."""

import asyncio
import gc
from typing import Any, cast

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


async def test_a_changelog_batch_that_fails_when_nobody_waits_for_it_any_more_is_no_error_of_its_own() -> None:
    answers: list[asyncio.Future[None]] = []

    class Late(Producer):
        async def send_batch(self, batch: BatchBuilder, topic: str, *, partition: int) -> asyncio.Future[None]:
            answers.append(await super().send_batch(batch, topic, partition=partition))
            return asyncio.shield(answers[-1])  # as aiokafka has it

    unheard: list[dict[str, Any]] = []
    asyncio.get_running_loop().set_exception_handler(lambda _, context: unheard.append(context))
    with pytest.raises(DeliveryFailed, match="TimeoutError"):
        await publisher(Late(KafkaError()), 0.05).append("people-changelog", 2, [out(b"k", b"v")])
    answers.pop().set_exception(KafkaError("not sent: the worker is stopping after an error"))
    await asyncio.sleep(0)
    gc.collect()
    assert not unheard
