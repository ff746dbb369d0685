"""A steady stream of events, and when the first change that each one caused arrived."""

import asyncio
import time
from bisect import bisect_left
from collections.abc import AsyncIterator, Iterable, Sequence
from contextlib import asynccontextmanager

import orjson
from aiokafka import AIOKafkaConsumer, AIOKafkaProducer, TopicPartition

from tests.bench.job import Job
from tests.bench.topics import Pair
from worker.partitioning import partition_of_bytes

Events = Iterable[tuple[str, Pair]]
"""messageId, and key and value."""

_TICK_S = 0.01
"""What was due meanwhile is sent together: a finer clock took a fifth of the machine from the processes under test."""

_LATEST_S = 60.0


class Stream:
    """What was sent and what arrived. Times are of `time.monotonic()`."""

    def __init__(self, producer: AIOKafkaProducer, job: Job) -> None:
        self._producer = producer
        self._job = job
        self._stopped = False
        self.due: dict[str, float] = {}
        """When each event was to be sent: an event that had to wait for its turn has been on its way since then."""
        self.arrived: dict[str, float] = {}
        """When its first change arrived."""
        self.arrivals: list[float] = []
        """When anything arrived, in order."""

    async def send(self, events: Events, rate: float) -> None:
        """Send `events`, `rate` a second, until `stop`; returns when the brokers have them."""
        began = time.monotonic()
        sent: list[asyncio.Future[object]] = []
        for number, (message_id, (key, value)) in enumerate(events):
            due = began + number / rate
            while time.monotonic() < due:
                await asyncio.sleep(_TICK_S)
            if self._stopped:
                break
            self.due[message_id] = due
            partition = partition_of_bytes(key, self._job.partitions)
            sent.append(await self._producer.send(self._job.input, value, key, partition))
        await asyncio.gather(*sent)

    def stop(self) -> None:
        """Send no more."""
        self._stopped = True

    def note(self, values: Sequence[bytes]) -> None:
        """Take in changes that have just arrived."""
        now = time.monotonic()
        self.arrivals += [now] * len(values)
        for value in values:
            self.arrived.setdefault(orjson.loads(value)["cause"]["message_id"], now)

    async def all_arrived(self) -> None:
        """Wait until each event sent so far has caused a change. Raises TimeoutError, which says how many have not."""
        sent = list(self.due)
        deadline = time.monotonic() + _LATEST_S
        while missing := sum(message_id not in self.arrived for message_id in sent):
            if time.monotonic() > deadline:
                raise TimeoutError(f"{missing} of {len(sent)} events caused no change within {_LATEST_S:.0f} s")
            await asyncio.sleep(0.1)

    def latencies(self, begin: float, end: float) -> list[float]:
        """Seconds from due to changed, of the events due between `begin` and `end`, in rising order."""
        return sorted(self.arrived[message_id] - due for message_id, due in self.due.items() if begin <= due < end)

    def longest_gap(self, begin: float, end: float) -> float:
        """The longest time between `begin` and `end` in which nothing arrived, in seconds."""
        within = self.arrivals[bisect_left(self.arrivals, begin) : bisect_left(self.arrivals, end)]
        return max(after - before for before, after in zip([begin, *within], [*within, end], strict=True))


@asynccontextmanager
async def streaming(job: Job) -> AsyncIterator[Stream]:
    """Connect to `job`'s input and, at its end, to its output."""
    producer = AIOKafkaProducer(bootstrap_servers=job.bootstrap, acks="all")
    consumer = AIOKafkaConsumer(bootstrap_servers=job.bootstrap)
    await producer.start()
    await consumer.start()
    stream = Stream(producer, job)
    places = [TopicPartition(job.output, partition) for partition in range(job.partitions)]
    consumer.assign(places)
    await consumer.seek_to_end(*places)
    for place in places:
        await consumer.position(place)

    async def read() -> None:
        while True:
            for records in (await consumer.getmany(timeout_ms=1000)).values():
                stream.note([record.value for record in records])

    reading = asyncio.create_task(read())
    try:
        yield stream
    finally:
        reading.cancel()
        await asyncio.gather(reading, return_exceptions=True)
        await consumer.stop()
        await producer.stop()
