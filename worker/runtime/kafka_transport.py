"""Faust's Kafka driver with batched delivery, our connection settings, and fetches that wait for no quiet partition."""

import asyncio
import contextlib
import time
from collections.abc import Callable, Coroutine, Iterable, Mapping
from typing import Any

import aiokafka
import structlog
from aiokafka import TopicPartition
from aiokafka.errors import KafkaError
from faust.transport.drivers import aiokafka as driver
from faust.types import TP
from mode.utils.futures import maybe_async
from yarl import URL

from worker.runtime.batched_consumer import BatchedDelivery
from worker.runtime.commits import commit
from worker.runtime.connection import Connection
from worker.runtime.errors import BrokerUnreachable, OwnershipLost, TopicsMissing
from worker.runtime.idle import Idle
from worker.runtime.namesakes import Namesakes
from worker.runtime.pace import Pace
from worker.runtime.stopping import stop_consumer
from worker.runtime.tuning import Tuning

log = structlog.get_logger(__name__)

BUSY_FETCH_BYTES = 64 * 1024
"""While records come, a fetch waits for so many bytes, but no longer than its pace says (worker/runtime/pace.py)."""

_ASK_AGAIN_S = 0.2


class ConsumerInLoop(driver.AIOKafkaConsumerThread):
    """Makes the aiokafka consumer, runs it in the worker's own loop, and pauses in it what Faust has paused.

    Faust runs it in a thread of its own, so that heartbeats go on while a stream is busy. Of two threads only one has
    the interpreter, and it keeps it for up to 5 ms: at each answer of a broker the consumer would wait that long for a
    worker that decides, and fetches, decisions and acknowledgements hold each other up. Here a decision takes the loop
    for one unit of work at most, far less than a heartbeat may wait.

    Faust only leaves paused partitions (the changelogs after recovery) out when it takes fetched records; aiokafka
    would go on fetching them. What is fetched and not taken holds back all partitions of its broker for 0.1 s: here it
    never does.
    """

    def _create_worker_consumer(self, transport: Any) -> aiokafka.AIOKafkaConsumer:
        assert isinstance(transport, KafkaTransport)
        tuning = transport.tuning
        self._assignor = self.app.assignor
        self._idle = Idle.of(asyncio.get_running_loop())
        self._pace = Pace(time.monotonic(), self._idle.seconds)
        self._namesakes = Namesakes()
        return transport.connection.consumer(
            group_id=self.app.conf.id,
            group_instance_id=self.app.conf.consumer_group_instance_id,
            partition_assignment_strategy=[self._assignor],
            **tuning.member_options(),
        )

    async def start(self) -> None:
        """Start as any service does, without a thread."""
        self._thread_started.set()
        await self._default_start()

    async def on_stop(self) -> None:
        """Do what the thread would do at its end."""
        await self._shutdown_thread()

    async def on_thread_stop(self) -> None:
        """Stop the consumer in our way; Faust does what is left."""
        if self._consumer is not None:
            await stop_consumer(self._consumer)
        await super().on_thread_stop()

    def close(self) -> None:
        """Leave that to the end of this service, which comes: Faust calls this at a rebalance while it stops.

        It would close the connections, and leave the group afterwards, with a new one that nobody closes.
        """

    def _stopped_set(self) -> None:
        self._stopped.set()

    async def call_thread(self, fun: Callable[..., Any], *args: Any, **kwargs: Any) -> Any:
        """Call `fun`: there is no other thread."""
        return await maybe_async(fun(*args, **kwargs))

    async def subscribe(self, topics: Iterable[str]) -> None:
        """Join the group once the brokers know all `topics`.

        Faust's assignor leaves out what its own metadata lacks, a changelog too, for all members of the group while
        this one leads it; and metadata are not asked again for half a minute. A broker may not know yet of a topic just
        made.

        Raises:
            TopicsMissing: when one is still unknown after the request timeout.
            BrokerUnreachable: when no broker has answered until then.
        """
        assert isinstance(self.transport, KafkaTransport)
        wanted = missing = sorted(topics)
        client = self._ensure_consumer()._client  # noqa: SLF001  the public ways do not fill the metadata used here
        for topic in wanted:
            client.add_topic(topic)
        limit_s, answered = self.transport.tuning.request_timeout_s, False
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(limit_s):
                while True:
                    answered |= await client.force_metadata_update()
                    missing = [topic for topic in wanted if client.cluster.partitions_for_topic(topic) is None]
                    if not missing:
                        break
                    await asyncio.sleep(_ASK_AGAIN_S)
        if missing and not answered:
            raise BrokerUnreachable(f"no broker told within {limit_s:g} s which topics there are")
        if missing:
            raise TopicsMissing(f"no broker knows {', '.join(missing)}. To make them: segment-worker topics apply")
        await super().subscribe(wanted)

    async def seek_to_committed(self) -> Mapping[TP, int | None]:  # type: ignore[override]  # as Faust itself gets it
        """Seek what was committed; None is told of the rest. It is one question, where aiokafka asks for each.

        Dozens of them would be a long pause for a worker that is far from its brokers, at each rebalance.
        """
        consumer = self._ensure_consumer()
        partitions = consumer.assignment()
        found = await consumer._coordinator.fetch_committed_offsets(partitions)  # noqa: SLF001  the public way is for one
        committed = {tp: found[tp].offset if tp in found else None for tp in partitions}
        for tp, offset in committed.items():
            if offset:
                consumer.seek(tp, offset)
        return committed

    async def _commit(self, offsets: Mapping[TP, int]) -> bool:
        """Whether the offsets are committed, in the generation in which they were reached."""
        consumer = self._ensure_consumer()
        assert isinstance(self.transport, KafkaTransport)
        wanted = {TopicPartition(tp.topic, tp.partition): offset for tp, offset in offsets.items()}
        try:
            await commit(consumer, self.app.consumer_generation_id, wanted, self.transport.tuning.request_timeout_s)
        except (OwnershipLost, TimeoutError) as reason:
            log.info("not_committed", reason=str(reason) or "no broker took it in time")
            return False
        except KafkaError as problem:
            await self.crash(BrokerUnreachable(f"offsets can't be committed: {problem!r}"))
            return False
        return True

    async def on_partitions_revoked(self, revoked: set[TP]) -> None:
        """See `_unless_abandoned`."""
        await self._unless_abandoned(self.consumer.on_partitions_revoked(revoked))

    async def on_partitions_assigned(self, assigned: set[TP], generation_id: int = 0) -> None:
        """See `_unless_abandoned`. What the last generation did must not be committed in this one."""
        batched = self.consumer
        assert isinstance(batched, KafkaConsumer)
        batched.forget_progress()
        self._namesakes.look(self._ensure_consumer())
        await self._unless_abandoned(batched.on_partitions_assigned(assigned, generation_id))

    async def _unless_abandoned(self, handled: Coroutine[Any, Any, None]) -> None:
        """Wait until a rebalance was handled, unless it never will be: the consumer could not be stopped then."""
        consumer = self.consumer
        assert isinstance(consumer, KafkaConsumer)
        handling = asyncio.create_task(handled)
        while not handling.done() and not consumer.abandoned:
            await asyncio.wait([handling], timeout=0.1)
        if handling.done():
            handling.result()
        else:
            handling.cancel()

    async def _fetch_records(
        self,
        consumer: aiokafka.AIOKafkaConsumer,
        active_partitions: set[TP],
        timeout: float | None = None,
        max_records: int | None = None,
    ) -> Any:
        if self.consumer.flow_active:
            assigned = consumer.assignment()
            paused = consumer.paused()
            batched = self.consumer
            assert isinstance(batched, KafkaConsumer)
            held_back = batched._paused_partitions | batched.full  # noqa: SLF001  the first is Faust's own notion
            wanted = {tp for tp in assigned if tp in held_back}
            if wanted != paused:
                consumer.pause(*(wanted - paused))
                consumer.resume(*((paused & assigned) - wanted))
        fetched = await super()._fetch_records(consumer, active_partitions, timeout, max_records)
        self._set_wait(consumer, len(active_partitions - consumer.paused()) if fetched else 0)
        return fetched

    def _set_wait(self, consumer: aiokafka.AIOKafkaConsumer, busy: int) -> None:
        """Set how the next fetches wait, from so many `busy` partitions; no setting of aiokafka leads there."""
        assert isinstance(self.transport, KafkaTransport)
        wait_s = self.transport.tuning.fetch_wait_s
        if busy:
            wait_s = min(wait_s, self._pace.wait_s(busy, time.monotonic(), self._idle.seconds))
        vars(consumer._fetcher).update(  # noqa: SLF001
            _prefetch_backoff=0.0,
            _fetch_min_bytes=BUSY_FETCH_BYTES if busy else 1,
            _fetch_max_wait_ms=int(wait_s * 1000),
        )


class KafkaConsumer(BatchedDelivery, driver.Consumer):
    """The batched consumer on Kafka."""

    def _new_consumer_thread(self) -> ConsumerInLoop:
        return ConsumerInLoop(self, loop=self.loop, thread_loop=self.loop, beacon=self.beacon)

    async def on_stop(self) -> None:
        """Commit; then a rebalance under way must not hold up the end."""
        await super().on_stop()
        self.abandoned = True


class KafkaProducer(driver.Producer):
    """Faust's own producer. Nothing is sent through it; it only has to connect as everything else does."""

    def _settings_auth(self) -> dict[str, Any]:
        assert isinstance(self.transport, KafkaTransport)
        options = self.transport.connection.client_options()
        return {name: value for name, value in options.items() if name not in ("bootstrap_servers", "client_id")}


class KafkaTransport(driver.Transport):
    """Carries the settings that Faust's own configuration has no place for."""

    Consumer = KafkaConsumer
    Producer = KafkaProducer

    def __init__(self, connection: Connection, tuning: Tuning, app: Any) -> None:
        self.connection = connection
        self.tuning = tuning
        servers = [URL(f"kafka://{server}") for server in connection.bootstrap_servers]
        super().__init__(servers, app, loop=asyncio.get_running_loop())
