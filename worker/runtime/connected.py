"""What all readers of Kafka share: they are connected while they are entered."""

import asyncio
from types import TracebackType
from typing import Self

from aiokafka import AIOKafkaConsumer
from aiokafka.errors import KafkaError

from worker.runtime.errors import BrokerUnreachable


class Connected:
    """An aiokafka consumer of `what` (for people), which is started and stopped within `timeout_s` seconds."""

    def __init__(self, consumer: AIOKafkaConsumer, what: str, timeout_s: float) -> None:
        self._consumer = consumer
        self._what = what
        self._timeout_s = timeout_s

    async def __aenter__(self) -> Self:
        """Connect.

        Raises:
            BrokerUnreachable: when no broker answers in time, or what is to be read does not exist.
        """
        try:
            async with asyncio.timeout(self._timeout_s):
                await self._consumer.start()
                await self._prepare()
        except (KafkaError, TimeoutError) as problem:
            await self._consumer.stop()
            raise BrokerUnreachable(f"cannot read {self._what}: {problem!r}") from problem
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, problem: BaseException | None, trace: TracebackType | None
    ) -> None:
        async with asyncio.timeout(self._timeout_s):
            await self._consumer.stop()

    async def _prepare(self) -> None:
        """What a reader does first, once connected."""
