"""The topics that a backfill needs: there when it begins, and told where they no longer are."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from aiokafka.errors import KafkaError

from worker.backfill.governor import inputs
from worker.deployment import Deployment
from worker.runtime.errors import RuntimeFault
from worker.topics.cluster import TopicMissing, TopicsError, expect


async def expect_topics(deployment: Deployment, contract: str) -> None:
    """Return when the topics are there that a backfill into that of `contract` needs.

    Raises:
        TopicMissing: when one is not.
        TopicsError: when no broker answers.
    """
    await expect(deployment.connection, inputs(deployment, contract))


@asynccontextmanager
async def missing_told(deployment: Deployment, contract: str) -> AsyncIterator[None]:
    """What Kafka fails to do inside because one of the topics is not there any more is raised as TopicMissing."""
    try:
        yield
    except (RuntimeFault, KafkaError, TimeoutError) as problem:
        try:
            await expect_topics(deployment, contract)
        except TopicMissing as missing:
            raise missing from problem
        except TopicsError:
            raise problem from None
        raise
