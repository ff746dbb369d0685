"""A producer that asks once more, where its records leave the process, whether they may.

Between the check before a unit's writes and the moment in which they leave lie some turns of the loop. A process that
is paused there, and goes on when its partitions are another worker's, would send them first of all. Worked around here
(aiokafka 0.14.0): its idempotent producer lets no batch expire.
"""

from collections.abc import Callable
from typing import Any

from aiokafka import AIOKafkaProducer
from aiokafka.errors import KafkaError
from aiokafka.protocol.produce import ProduceRequest

from worker.runtime.errors import RuntimeFault


def check_last(producer: AIOKafkaProducer, check: Callable[[], None]) -> None:
    """From now on `producer` sends no records for which `check` raises a RuntimeFault; these fail."""
    client = producer.client
    send = client.send

    async def checked(node: int, request: Any, **options: Any) -> Any:
        if isinstance(request, ProduceRequest):
            try:
                check()
            except RuntimeFault as problem:
                raise KafkaError(f"not sent: {problem}") from problem
        return await send(node, request, **options)

    client.send = checked
