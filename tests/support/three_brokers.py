"""A cluster of three brokers, for what one of them cannot show: three replicas, and two must have each write."""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, contextmanager
from pathlib import Path

import pytest

from tests.support.broker import data_in_memory, remove_data
from worker.local.broker import LocalBroker, new_cluster_id
from worker.local.ports import HOST, free_ports
from worker.runtime.connection import Connection

BROKERS = 3
HEAP_MB = 256
REPLICATED = {
    "default.replication.factor": "3",
    "min.insync.replicas": "2",
    "offsets.topic.replication.factor": "3",
    "transaction.state.log.replication.factor": "3",
    "transaction.state.log.min.isr": "2",
    # Soon after a broker is back it leads again what it led before.
    "leader.imbalance.check.interval.seconds": "5",
    "leader.imbalance.per.broker.percentage": "0",
}


class ThreeBrokers:
    """Brokers by their ids, all of them controllers, to be stopped, killed and started at will."""

    def __init__(self, nodes: dict[int, LocalBroker]) -> None:
        self.nodes = nodes

    @property
    def servers(self) -> tuple[str, ...]:
        """What a client is given to connect."""
        return tuple(node.bootstrap for node in self.nodes.values())

    @property
    def connection(self) -> Connection:
        """How to reach them."""
        return Connection(self.servers)


@contextmanager
def three_brokers(directory: Path) -> Iterator[ThreeBrokers]:
    """Started brokers."""
    cluster_id = new_cluster_id()
    ports = dict(enumerate(zip(*[iter(free_ports(2 * BROKERS))] * 2, strict=True), 1))
    voters = ",".join(f"{number}@{HOST}:{controller}" for number, (_, controller) in ports.items())
    with ExitStack() as directories, ThreadPoolExecutor(BROKERS) as together:
        nodes = {
            number: LocalBroker(
                directories.enter_context(data_in_memory(directory / f"kafka-{number}")),
                port=port,
                controller_port=controller,
                heap_mb=HEAP_MB,
                quick_start=True,
                settings={**REPLICATED, "node.id": str(number), "controller.quorum.voters": voters},
                cluster_id=cluster_id,
            )
            for number, (port, controller) in ports.items()
        }
        try:
            list(together.map(LocalBroker.start, nodes.values()))
            yield ThreeBrokers(nodes)
        finally:
            for node in nodes.values():  # one by one, most would wait in vain for others to take over
                node.kill()
                remove_data(node)


@pytest.fixture(scope="module")
def brokers(tmp_path_factory: pytest.TempPathFactory) -> Iterator[ThreeBrokers]:
    """A module's three brokers. A test that ends one starts it again."""
    with three_brokers(tmp_path_factory.mktemp("kafka")) as started:
        yield started
