"""A producer that asks once more, where its records leave the process, whether they may.

Between the check before a unit's writes and the moment in which they leave lie some turns of the loop. A process that
is paused there, and goes on when its partitions are another worker's, would send them first of all. And a worker that
stops, since no broker takes its records, leaves its group before its producer ends, which would send them once a broker
is back. Worked around here (aiokafka 0.14.0): its idempotent producer lets no batch expire.
"""

from collections.abc import Callable
from typing import Any

from aiokafka import AIOKafkaProducer
from aiokafka.errors import KafkaError
from aiokafka.protocol.produce import ProduceRequest

from worker.runtime.errors import OwnershipLost, RuntimeFault


def check_last(producer: AIOKafkaProducer, check: Callable[[], None]) -> None:
    """From now on `producer` sends no records for which `check` raises RuntimeFault or OwnershipLost; these fail."""
    client = producer.client
    send = client.send

    async def checked(node: int, request: Any, **options: Any) -> Any:
        if isinstance(request, ProduceRequest):
            try:
                check()
            except (RuntimeFault, OwnershipLost) as problem:
                raise KafkaError(f"not sent: {problem}") from problem
        return await send(node, request, **options)

    client.send = checked
