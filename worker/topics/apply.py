"""Creates the topics that are missing, by their contracts."""

from collections.abc import Mapping

from msgspec import Struct

from worker.runtime.connection import Connection
from worker.topics.check import Difference, differences
from worker.topics.cluster import connect
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
    cluster. Raises TopicsError.
    """
    async with connect(connection, timeout_seconds) as cluster:
        factor = await cluster.replication_factor() if replication_factor is None else replication_factor
        names = [contract.topic for contract in contracts.values()]
        existing = await cluster.topics(names)
        missing = [contract for contract in contracts.values() if contract.topic not in existing]
        await cluster.create(missing, factor)
        await cluster.wait_until_ready(names)
        unlike = await differences(cluster, contracts.values(), factor)
        return Applied([contract.topic for contract in missing], unlike)
