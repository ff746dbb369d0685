"""Creates the topics that are missing, by their contracts."""

from collections.abc import Mapping

from msgspec import Struct

from worker.runtime.connection import Connection
from worker.topics.check import Difference, differences
from worker.topics.cluster import Found, TopicsError, connect
from worker.topics.contract import Contract


class Applied(Struct, frozen=True):
    """What `apply` did: the topics it created, and how those that were there already differ from their contracts."""

    created: list[str]
    differences: list[Difference]


async def apply(
    connection: Connection,
    contracts: Mapping[str, Contract],
    *,
    replication_factor: int | None = None,
    timeout_seconds: float = 10.0,
) -> Applied:
    """Create what is missing and wait until it can be used. Existing topics are compared, never changed.

    By default there are three replicas, or as many as there are brokers. `timeout_seconds` is how long to look for the
    cluster. Raises TopicsError, also when something is missing and what is there has other partition counts: no role
    could start, and of what would be created none could be changed.
    """
    async with connect(connection, timeout_seconds) as cluster:
        factor = await cluster.replication_factor() if replication_factor is None else replication_factor
        names = [contract.topic for contract in contracts.values()]
        existing = await cluster.topics(names)
        missing = [contract for contract in contracts.values() if contract.topic not in existing]
        if missing:
            _expect_partitions(contracts, existing)
        await cluster.create(missing, factor)
        await cluster.wait_until_ready(names)
        unlike = await differences(cluster, contracts.values(), factor)
        return Applied([contract.topic for contract in missing], unlike)


def _expect_partitions(contracts: Mapping[str, Contract], existing: Mapping[str, Found]) -> None:
    for contract in contracts.values():
        found = existing.get(contract.topic)
        if found is not None and found.partitions != contract.partitions:
            raise TopicsError(
                f"{contract.topic} has {found.partitions} partitions, not {contract.partitions}; nothing was created",
                f"set kafka.partitions to {found.partitions}, which counts for all topics, or delete the topic",
            )
