"""How much waits in Kafka for a relay: its own buffer holds little, so an outage of Segment shows only there."""

import asyncio
from collections.abc import Callable, Collection
from typing import Final

import structlog
from aiokafka.errors import KafkaError

from worker.relay.meter import RelayMeter
from worker.runtime.connection import Connection
from worker.runtime.lag import Depth, LagReader

LOOK_S: Final = 5.0
"""Between two questions to the brokers."""

log = structlog.get_logger(__name__)


async def watch_lag(
    connection: Connection, topic: str, group: str, own: Callable[[], Collection[int]], meter: RelayMeter
) -> None:
    """Keep `meter.lag` true for ever; `own` are the partitions that are ours now.

    It is unknown (None) while no broker answers: that is no reason to stop, a delivery that can't be committed is.
    """
    while True:
        try:
            async with LagReader(connection) as reader:
                while True:
                    depth = (await reader.depths(group, [topic]))[topic]
                    meter.lag = lag_in(depth, own())
                    await asyncio.sleep(LOOK_S)
        except (KafkaError, TimeoutError, OSError) as problem:
            meter.lag = None
            log.info("lag_unknown", detail=repr(problem))
            await asyncio.sleep(LOOK_S)


def lag_in(depth: Depth, own: Collection[int]) -> int:
    """Records in the partitions `own` that are not committed: those under way included."""
    return sum(max(0, end - depth.done.get(number, 0)) for number, end in depth.ends.items() if number in own)
