"""Commits offsets as the member of the group that has the partitions, or not at all.

Worked around here (aiokafka 0.14.0): its commit is bound to no generation, and is tried again for ever. Of a worker
that was thrown out of its group it goes on without one, which brokers take where the group has no member, and after
it joined anew with one in which the partitions may be another's. Either moves offsets that are somebody else's by now.
"""

import asyncio
from collections.abc import Mapping

from aiokafka import AIOKafkaConsumer, OffsetAndMetadata, TopicPartition
from aiokafka.errors import IllegalGenerationError, KafkaError, RebalanceInProgressError, UnknownMemberIdError

from worker.runtime.errors import OwnershipLost

_AGAIN_S = 0.1


def generation_of(consumer: AIOKafkaConsumer) -> int:
    """The generation of its group in which the consumer is a member; negative when it is none."""
    generation: int = consumer._coordinator.generation  # noqa: SLF001  aiokafka tells it to assignors only
    return generation


async def commit(
    consumer: AIOKafkaConsumer, generation: int, offsets: Mapping[TopicPartition, int], timeout_s: float
) -> None:
    """Commit `offsets`, of partitions that were the consumer's in `generation`.

    Raises:
        OwnershipLost: when the consumer is not a member in that generation any more.
        KafkaError: when the brokers refuse it, for whatever else.
        TimeoutError: when they don't take it in time.
    """
    coordinator = consumer._coordinator  # noqa: SLF001  see the module's text
    kept = {partition: OffsetAndMetadata(offset, "") for partition, offset in offsets.items()}
    async with asyncio.timeout(timeout_s):
        while True:
            await coordinator.ensure_coordinator_known()
            if (current := generation_of(consumer)) != generation:
                raise OwnershipLost(f"generation {generation} is over, it is {current}")
            try:
                await coordinator._do_commit_offsets(None, kept)  # noqa: SLF001  takes the generation at once
            except (UnknownMemberIdError, IllegalGenerationError, RebalanceInProgressError) as problem:
                raise OwnershipLost(f"generation {generation} is over: {problem!r}") from problem
            except KafkaError as problem:
                if not problem.retriable:
                    raise
                await asyncio.sleep(_AGAIN_S)
            else:
                return
