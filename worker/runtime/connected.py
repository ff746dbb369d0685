"""What readers of Kafka share that are connected while they are entered."""

import asyncio
from collections.abc import Mapping
from contextlib import AsyncExitStack
from types import TracebackType
from typing import Any, Self

from aiokafka import AIOKafkaConsumer, TopicPartition
from aiokafka.errors import KafkaError

from worker.runtime.errors import BrokerUnreachable, RuntimeFault
from worker.runtime.stopping import stop_consumer, stop_within


class Entered:
    """Started when it is entered and stopped when it is left, each within `timeout_s` seconds.

    What began to start is stopped when it does not get through, for whatever reason.
    """

    def __init__(self, timeout_s: float) -> None:
        self._timeout_s = timeout_s

    async def __aenter__(self) -> Self:
        async with AsyncExitStack() as unless_started:
            unless_started.push_async_callback(self._leave)
            async with asyncio.timeout(self._timeout_s):
                await self._start()
            unless_started.pop_all()
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, problem: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self._leave()

    async def _leave(self) -> None:
        await stop_within(self._timeout_s, self._stop)

    async def _start(self) -> None:
        """Connect."""

    async def _stop(self) -> None:
        """Disconnect; also what never connected."""


class Connected(Entered):
    """An aiokafka consumer of `what` (for people)."""

    def __init__(self, consumer: AIOKafkaConsumer, what: str, timeout_s: float) -> None:
        super().__init__(timeout_s)
        self._consumer = consumer
        self._what = what

    async def __aenter__(self) -> Self:
        """Connect.

        Raises:
            BrokerUnreachable: when no broker answers in time, or what is to be read does not exist.
        """
        try:
            return await super().__aenter__()
        except (KafkaError, TimeoutError) as problem:
            raise BrokerUnreachable(f"cannot read {self._what}: {problem!r}") from problem

    async def _start(self) -> None:
        await self._consumer.start()
        await self._prepare()

    async def _stop(self) -> None:
        await stop_consumer(self._consumer)

    async def _prepare(self) -> None:
        """What a reader does first, once connected."""

    async def _getmany(self, timeout_s: float, max_records: int | None = None) -> Mapping[TopicPartition, list[Any]]:
        """What was fetched, as aiokafka's `getmany` has it, which waits on when nothing fetches any more.

        Raises:
            RuntimeFault: then; after an error that aiokafka does not know, such as a lack of memory.
            KafkaError: when the brokers refuse.
        """
        fetched: Mapping[TopicPartition, list[Any]] = await self._consumer.getmany(
            timeout_ms=int(timeout_s * 1000), max_records=max_records
        )
        if not fetched:
            fetching = self._consumer._fetcher.error_future  # noqa: SLF001  there is no public way
            if fetching.done() and (problem := fetching.exception()) is not None:
                raise RuntimeFault(f"{self._what} is not read any more: {problem.__cause__ or problem!r}") from problem
        return fetched
