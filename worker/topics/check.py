"""Compares the topics of a cluster with their contracts."""

from collections.abc import Iterable, Mapping

from msgspec import Struct

from worker.runtime.connection import Connection
from worker.topics.cluster import Cluster, Found, connect
from worker.topics.contract import Contract


class Difference(Struct, frozen=True):
    """One thing in which a topic is not as its contract has it.

    `what` is topic, partitions, replication_factor, or the name of one of Kafka's settings.
    """

    topic: str
    what: str
    expected: str
    found: str | None
    """None where it is not there at all."""


async def check(
    connection: Connection, contracts: Mapping[str, Contract], *, timeout_seconds: float = 10.0
) -> list[Difference]:
    """How the cluster's topics differ from `contracts`; nothing is changed. Raises TopicsError."""
    async with connect(connection, timeout_seconds) as cluster:
        return await differences(cluster, contracts.values())


async def differences(
    cluster: Cluster, contracts: Iterable[Contract], replication_factor: int | None = None
) -> list[Difference]:
    """As `check`, on an open connection; `replication_factor` replaces what suits the number of brokers."""
    contracts = list(contracts)
    least = await cluster.replication_factor() if replication_factor is None else replication_factor
    found = await cluster.topics([contract.topic for contract in contracts])
    return [difference for contract in contracts for difference in compare(contract, found.get(contract.topic), least)]


def compare(contract: Contract, found: Found | None, replication_factor: int) -> list[Difference]:
    """How the topic `found` differs from its contract. More replicas than wanted are no difference."""
    if found is None:
        return [Difference(contract.topic, "topic", f"{contract.partitions} partitions", None)]
    unlike = []
    if found.partitions != contract.partitions:
        unlike.append(Difference(contract.topic, "partitions", str(contract.partitions), str(found.partitions)))
    if found.replication_factor < replication_factor:
        expected = f"at least {replication_factor}"
        unlike.append(Difference(contract.topic, "replication_factor", expected, str(found.replication_factor)))
    for setting, expected in contract.settings(found.replication_factor).items():
        if found.settings.get(setting) != expected:
            unlike.append(Difference(contract.topic, setting, expected, found.settings.get(setting)))
    return unlike
