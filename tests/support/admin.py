"""What an operator does to a broker."""

from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager

from aiokafka.admin import AIOKafkaAdminClient, NewTopic


@asynccontextmanager
async def administering(bootstrap: str | Sequence[str]) -> AsyncIterator[AIOKafkaAdminClient]:
    """A connected client."""
    client = AIOKafkaAdminClient(bootstrap_servers=bootstrap)
    await client.start()
    try:
        yield client
    finally:
        await client.close()


async def create_topic(bootstrap: str | Sequence[str], name: str, partitions: int = 1, replicas: int = 1) -> None:
    async with administering(bootstrap) as admin:
        await admin.create_topics([NewTopic(name, partitions, replicas)])
