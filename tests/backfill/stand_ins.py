"""What a backfill asks of the brokers, without any."""

from collections.abc import AsyncIterator, Mapping
from types import TracebackType
from typing import Self

from tests.support.recording import PlainRecord
from worker.backfill.pace import Pace
from worker.runtime.bounds import Bounds
from worker.runtime.publisher import Outputs


class Kafka:
    """The topic that a backfill goes to, with one partition: stands in for all that asks the brokers."""

    def __init__(self) -> None:
        self.log: list[PlainRecord] = []

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, problem: BaseException | None, trace: TracebackType | None
    ) -> None:
        return None

    async def bounds(self) -> Bounds:
        return Bounds({0: 0}, {0: len(self.log)})

    async def bounds_beyond(self, ends: Mapping[int, int]) -> Bounds:
        assert len(self.log) >= ends.get(0, 0)
        return await self.bounds()

    async def ends(self, _topic: str) -> dict[int, int]:
        return {0: len(self.log)}

    async def batches(
        self, starts: Mapping[int, int], ends: Mapping[int, int]
    ) -> AsyncIterator[dict[int, list[PlainRecord]]]:
        yield {0: self.log[starts[0] : ends[0]]}

    async def deliver(self, outputs: Outputs) -> None:
        for (topic, partition), records in outputs.items():
            for one in records:
                self.log.append(PlainRecord(topic, partition, len(self.log), one.key, one.value, one.headers))


class Unhurried:
    """A governor that lets everything through."""

    def __init__(self, kafka: Kafka, *_: object) -> None:
        self.pace = Pace(None, 1.0)
        self.waiting = 0
        self.ends: dict[int, int] = {}
        self._kafka = kafka

    async def permit(self, wanted: int) -> int:
        self.ends = await self._kafka.ends("")
        return wanted
