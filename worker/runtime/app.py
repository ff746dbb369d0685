"""Makes the Faust app of a worker out of agents. Everything that has to be set against Faust's defaults is set here."""

import asyncio
from collections.abc import Callable, Iterable, Sequence
from functools import partial
from pathlib import Path
from typing import Any

import faust
from faust.sensors import Sensor
from faust.serializers.codecs import Codec, register
from faust.tables.manager import TableManager
from faust.types import TP
from mode import ServiceT

from worker.runtime.agent import AgentLoop, AgentSpec
from worker.runtime.batch import Batches, Changelog, Fence
from worker.runtime.batched_consumer import BatchedDelivery
from worker.runtime.changelog import append_owned
from worker.runtime.connection import Connection
from worker.runtime.dead_letter_limit import limit_of
from worker.runtime.disk_store import DiskStore
from worker.runtime.errors import MADE_ANEW, OwnershipLost, RecoveryFailed, RuntimeFault
from worker.runtime.kafka_transport import KafkaTransport
from worker.runtime.last_check import check_last
from worker.runtime.measured_publisher import MeasuredPublisher
from worker.runtime.meter import Deliveries, Meter, Progress
from worker.runtime.outgoing import CHANGELOG_BATCH_BYTES, out
from worker.runtime.publisher import KafkaPublisher, Publisher
from worker.runtime.pulse import Pulse
from worker.runtime.recovered import expect_input, reached, senders
from worker.runtime.recovery import Tables
from worker.runtime.store_adapter import PartitionedTable
from worker.runtime.tuning import Tuning

UNTOUCHED = "untouched"


class _Untouched(Codec):
    """Hands a batch through Faust's decoding as it is."""

    def _loads(self, s: Any) -> Any:
        return s

    def _dumps(self, s: Any) -> Any:
        return s


class WorkerApp(faust.App):
    """Faust's app without its habit of making directories in the current one, and without its monitor."""

    def _create_directories(self) -> None:
        return None

    def on_init_dependencies(self) -> Iterable[ServiceT]:
        """Faust's parts but for its monitor, which is told of each message several times; worker/observe has ours."""
        dependencies = super().on_init_dependencies()
        self.sensors.remove(self.monitor)
        self.sensors.add(Sensor())  # one that does nothing: without any, each rebalance logs warnings
        return dependencies

    def abandon(self) -> None:
        """Make all parts leave their loops, after a stop that hangs; some of them swallow cancellations."""
        reason = RuntimeFault("a stop took too long")
        self._crash(reason)
        for agent in self.agents.values():
            if agent.supervisor is not None:
                agent.supervisor._crash(reason)  # noqa: SLF001  mode has no public way but to await


class Runtime:
    """The agents of one worker process, on one Faust app. Made inside the running loop."""

    def __init__(
        self,
        app_id: str,
        partitions: int,
        connection: Connection,
        tuning: Tuning,
        agents: Sequence[AgentSpec[Any]],
        *,
        instance_id: str | None = None,
        publisher: Publisher | None = None,
        transport: Callable[[WorkerApp], Any] | None = None,
    ) -> None:
        self.tuning = tuning
        self.partitions = partitions
        self.agents = agents
        self.meters = {spec.name: Meter() for spec in agents}
        self.pulse = Pulse(tuning)
        self.stores = _stores(tuning, agents)
        self.kafka_publisher: KafkaPublisher | None = None
        if publisher is None:
            producer = connection.producer(tuning.delivery_timeout_s)
            check_last(producer, self._may_write)
            self.kafka_publisher = publisher = KafkaPublisher(producer, tuning.delivery_timeout_s + 2)
        self.deliveries = {"outputs": Deliveries(), "changelog": Deliveries()}
        self.publisher = MeasuredPublisher(publisher, self.deliveries["outputs"], self.deliveries["changelog"])
        self.progress = Progress()
        self.fault: Exception | None = None
        self.faulted = asyncio.Event()
        register(UNTOUCHED, _Untouched())
        self.app = self._make_app(app_id, connection, instance_id)
        self.app.transport = self.app.producer_transport = (
            KafkaTransport(connection, tuning, self.app) if transport is None else transport(self.app)
        )
        self.app.finalize()
        self.tables: dict[str, PartitionedTable] = {}
        for spec in agents:
            self._add_agent(spec)

    def _make_app(self, app_id: str, connection: Connection, instance_id: str | None) -> WorkerApp:
        tuning = self.tuning
        return WorkerApp(
            app_id,
            broker=[f"kafka://{server}" for server in connection.bootstrap_servers],
            store="memory://",
            Table=PartitionedTable,
            TableManager=Tables,
            autodiscover=False,
            origin=None,
            web_enabled=False,
            topic_partitions=self.partitions,
            topic_allow_declare=False,
            topic_disable_leader=True,
            table_standby_replicas=0,
            processing_guarantee="at_least_once",
            consumer_auto_offset_reset="earliest",
            consumer_group_instance_id=instance_id,
            broker_commit_interval=tuning.commit_interval_s,
            broker_commit_every=None,
            broker_session_timeout=tuning.session_timeout_s,
            broker_heartbeat_interval=tuning.heartbeat_interval_s,
            broker_request_timeout=tuning.request_timeout_s,
            broker_rebalance_timeout=tuning.rebalance_timeout_s,
            stream_buffer_maxsize=2 * self.partitions + 1,
            stream_wait_empty=True,
            stream_recovery_delay=0.0,
            recovery_consistency_check=False,  # _recovered checks more, and mends it
            cython_optimizations=True,  # a batch that waits in a stream's queue is taken without a turn of the loop
        )

    def _add_agent(self, spec: AgentSpec[Any]) -> None:
        table, changelog = None, None
        if spec.table is not None:
            created = self.app.Table(spec.table.name, partitions=self.partitions, key_type=bytes, value_type=bytes)
            assert isinstance(created, PartitionedTable)
            table = self.tables[spec.name] = created
            changelog = Changelog[Any](table.changelog_topic_name, spec.table.value_type)
            if (store := self.stores.get(spec.table.name)) is not None:
                table.partitioned.partitions = store
            table.partitioned.recovered = partial(self._recovered, spec)
        batches = Batches(
            spec.handle,
            self.publisher,
            spec.dead_letters,
            self.meters[spec.name],
            changelog,
            internal=spec.internal,
            limit=limit_of(self.tuning, spec.name),
        )
        loop = AgentLoop(lambda: self.consumer, batches, table, self._fence, self.stop_for, self.meters[spec.name])
        topic = self.app.topic(
            spec.topic, partitions=self.partitions, key_serializer=UNTOUCHED, value_serializer=UNTOUCHED
        )
        self.app.agent(topic, name=spec.name, concurrency=1)(loop.run)

    @property
    def consumer(self) -> BatchedDelivery:
        """The batched consumer of the app."""
        consumer = self.app.consumer
        assert isinstance(consumer, BatchedDelivery)
        return consumer

    def _fence(self, generation: int) -> Fence:
        def check() -> None:
            if self.app.consumer_generation_id != generation:
                raise OwnershipLost(f"generation {generation} is over")
            self._may_write()

        return check

    def _may_write(self) -> None:
        if self.fault is not None:
            raise OwnershipLost("the worker is stopping after an error")
        self.pulse.check()

    async def _recovered(self, spec: AgentSpec[Any], tps: Sequence[TP]) -> None:
        """Check a table's recovered partitions against what they stand for, and repair what zombies wrote to them.

        All that has to be known of the brokers is one question: a worker may be far from them.

        Raises:
            OwnershipLost: when the assignment that they were recovered for is over.
            RuntimeFault: when what was recovered can't be used.
        """
        tables = self.app.tables
        assert isinstance(tables, TableManager)
        fence = self._fence(tables.recovery._generation_id)  # noqa: SLF001  Faust does not tell it to its callbacks
        fence()
        store, inputs = self.tables[spec.name].partitioned.partitions, {each.topic for each in self.agents}
        states = {tp: store.partition(tp.partition) for tp in tps}
        sent = {tp: senders(state, inputs, self.partitions) for tp, state in states.items()}
        sources = [TP(spec.topic, tp.partition) for tp in tps]
        ends = await self.consumer.ends_beyond(reached(states, sources, sent))
        fence()
        for (tp, state), source in zip(states.items(), sources, strict=True):
            expect_input(tp, source, state, sent[tp], ends)
            if state.changelog_offset + 1 != ends[tp]:
                store.drop(tp.partition)
                raise RecoveryFailed(
                    f"{tp.topic}/{tp.partition} was read up to offset {state.changelog_offset}, but ends at "
                    f"{ends[tp]}: records are missing, or another worker writes to it; it is read again at the next "
                    "start. Where that does not help: " + MADE_ANEW
                )
            for repair in state.repairs(CHANGELOG_BATCH_BYTES // 2):
                records = [out(key, value) for key, value in repair]
                fence()
                last = await append_owned(self.publisher, tp.topic, tp.partition, records, state)
                state.repaired(repair, last)

    def stop_for(self, problem: Exception) -> None:
        """Stop the worker because of `problem`; nothing is written or acked from now on."""
        if self.fault is None:
            self.fault = problem
            self.faulted.set()


def _stores(tuning: Tuning, agents: Sequence[AgentSpec[Any]]) -> dict[str, DiskStore]:
    """The tables' stores on disk by table name, none when the state is in memory. Raises RuntimeFault."""
    if tuning.state_dir is None:
        return {}
    directory = Path(tuning.state_dir)
    return {spec.table.name: DiskStore(directory, spec.table.name) for spec in agents if spec.table is not None}
