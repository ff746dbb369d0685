"""The relay's role: delivers topic segment.message-metrics to Segment; relays of a group share its partitions."""

import asyncio
import time
from collections.abc import Callable, Collection
from pathlib import Path
from random import SystemRandom
from typing import Final

import aiohttp
import structlog
from msgspec import Struct

from worker.relay.courier import Courier
from worker.relay.lag import watch_lag
from worker.relay.lane import Desk, Lane
from worker.relay.ledger import Ledger, open_ledger
from worker.relay.meter import RelayMeter
from worker.relay.settings import RelaySettings
from worker.runtime.beside import beside, first_of
from worker.runtime.connection import Connection
from worker.runtime.group_reader import GroupReader
from worker.runtime.publisher import KafkaPublisher
from worker.runtime.pulse import Pulse
from worker.runtime.tuning import Tuning
from worker.runtime.unit import Target

log = structlog.get_logger(__name__)

FETCH_S: Final = 0.05
"""A fetch waits this long; so soon a lane that had enough to do is given more."""
PRUNE_EVERY_S: Final = 3600.0
DAY_S: Final = 86_400.0


class Delivery(Struct, frozen=True):
    """From where to where: `topic`, read as member of `group`, to `url` with `write_key`."""

    connection: Connection
    topic: str
    group: str
    dead_letters: Target
    url: str
    write_key: str
    settings: RelaySettings
    tuning: Tuning

    def __repr__(self) -> str:
        """Without the write key."""
        return f"Delivery({self.topic} to {self.url})"


class Relay:
    """The partitions that are ours, each with its lane."""

    def __init__(self, delivery: Delivery, meter: RelayMeter) -> None:
        self.meter = meter
        self.faulted = asyncio.Event()
        self.fault: Exception | None = None
        self._delivery = delivery
        self._pulse = Pulse(delivery.tuning)
        self._lanes: dict[int, Lane] = {}
        self._stopping = False
        self._desk: Desk | None = None
        # While a request is waited for, heartbeats go on; but the partitions' next owner should not wait for long.
        self._drain_s = min(delivery.settings.timeout_s, delivery.tuning.session_timeout_s / 3)

    def stop_for(self, problem: Exception) -> None:
        """The relay must stop; the first problem is why."""
        self.fault = self.fault or problem
        self.faulted.set()

    async def assigned(self, numbers: Collection[int]) -> None:
        """See `Shares.assigned`."""
        assert self._desk is not None
        if self._stopping:  # it is a member until its last requests are answered, and takes on no more
            return
        self._lanes = {number: Lane(number, self._desk) for number in numbers}
        log.info("partitions_assigned", partitions=sorted(numbers))

    async def revoked(self, numbers: Collection[int]) -> None:
        """See `Shares.revoked`."""
        await self.close_lanes()
        self._lanes = {}

    async def close_lanes(self) -> None:
        """End all lanes, together; of those that are ending already it waits for the end."""
        await asyncio.gather(*(lane.close(self._drain_s) for lane in self._lanes.values()))

    async def run(self, ledger: Ledger, on_ready: Callable[[], None] | None, stop: asyncio.Event) -> None:
        """Work until `stop` is set or something fails."""
        limit_s = self._delivery.tuning.delivery_timeout_s
        async with (
            aiohttp.ClientSession(connector=aiohttp.TCPConnector(limit=self._delivery.settings.requests)) as session,
            KafkaPublisher(self._delivery.connection.producer(limit_s), limit_s) as publisher,
            beside(self.stop_for, lambda: self._prune(ledger), self._pulse.beat),
        ):
            reader = GroupReader(
                self._delivery.connection, self._delivery.topic, self._delivery.group, self._delivery.tuning, self
            )
            self._desk = Desk(
                self._courier(session),
                ledger,
                publisher,
                self._delivery.dead_letters,
                self.meter,
                reader.commit,
                self.stop_for,
            )
            async with reader, beside(self.stop_for, lambda: self._read(reader), self._watch):
                if on_ready is not None:
                    on_ready()
                await first_of(stop, self.faulted)
                self._stopping = True
                await self.close_lanes()

    def _courier(self, session: aiohttp.ClientSession) -> Courier:
        delivery, chance = self._delivery, SystemRandom().random
        return Courier(
            session,
            delivery.url,
            delivery.write_key,
            delivery.settings,
            self.meter,
            fence=self._pulse.check,
            chance=chance,
        )

    async def _read(self, reader: GroupReader) -> None:
        """Give each lane its partition's records, as long as it is not full."""
        while True:
            full = [number for number, lane in self._lanes.items() if lane.full]
            for number, records in (await reader.fetch(full, FETCH_S)).items():
                if number in self._lanes:
                    self._lanes[number].put(records)

    async def _watch(self) -> None:
        delivery = self._delivery
        await watch_lag(delivery.connection, delivery.topic, delivery.group, lambda: self._lanes.keys(), self.meter)

    async def _prune(self, ledger: Ledger) -> None:
        while True:
            gone = await ledger.prune(time.time() - self._delivery.settings.ledger_days * DAY_S)
            if gone:
                log.info("ledger_pruned", deliveries=gone)
            await asyncio.sleep(PRUNE_EVERY_S)


async def run_relay(
    delivery: Delivery,
    stop: asyncio.Event,
    meter: RelayMeter | None = None,
    on_ready: Callable[[], None] | None = None,
) -> None:
    """Deliver until `stop` is set; then the requests under way are finished.

    Raises:
        RuntimeFault: (or whatever else it was) when the relay had to stop by itself. What it had not delivered is
        delivered after the next start.
    """
    # Python's own garbage collection stays as it is: with the worker's rare one a relay grew by some 500 bytes an event
    # over a million events; with this one it is flat.
    relay = Relay(delivery, meter or RelayMeter())
    async with open_ledger(Path(delivery.settings.ledger)) as ledger:
        await relay.run(ledger, on_ready, stop)
    if relay.fault is not None:
        raise relay.fault
