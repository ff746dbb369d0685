"""What a Kafka cluster says about its topics: the one door to Kafka's admin interface."""

import asyncio
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Collection, Mapping
from contextlib import AsyncExitStack, asynccontextmanager
from functools import partial
from typing import Any, TypeVar

from aiokafka.admin import AIOKafkaAdminClient, NewTopic
from aiokafka.admin.config_resource import ConfigResource, ConfigResourceType
from aiokafka.errors import KafkaError, for_code
from aiokafka.protocol.metadata import MetadataRequest
from msgspec import Struct

from worker.runtime.connection import Connection
from worker.runtime.greet import refusal
from worker.runtime.patience import patiently
from worker.topics.contract import Contract

AnswerT = TypeVar("AnswerT")

_ALREADY_EXISTS = 36  # Kafka protocol: TOPIC_ALREADY_EXISTS
_POLL_SECONDS = 0.1
_RETRY_SECONDS = 0.5
_REFUSAL_SECONDS = 5.0


class TopicsError(Exception):
    """The cluster can't be asked, or refuses. `hint` says what to do about it."""

    def __init__(self, problem: str, hint: str) -> None:
        super().__init__(f"{problem}\n  → {hint}")
        self.problem = problem
        self.hint = hint


class TopicMissing(TopicsError):
    """The cluster has no such topic."""


class Found(Struct, frozen=True):
    """A topic as it is on the cluster."""

    partitions: int
    replication_factor: int
    """Of the partition that has the fewest replicas."""
    settings: Mapping[str, str]


class Cluster:
    """A connection to a cluster's admin interface.

    What fails because a broker is away is tried again for `patience_seconds`.
    """

    def __init__(self, client: AIOKafkaAdminClient, patience_seconds: float) -> None:
        self._client = client
        self._patience_seconds = patience_seconds

    async def replication_factor(self) -> int:
        """How often a new topic should be kept: three times where there are as many brokers."""
        described = await self._patiently(self._client.describe_cluster)
        return max(1, min(3, len(described["brokers"])))

    async def topics(self, names: Collection[str]) -> dict[str, Found]:
        """Those of the topics `names` that exist."""
        # All are asked for, not `names`: a cluster that creates topics by itself would do so for each that is named.
        described = await self._patiently(self._client.describe_topics)
        listed = {each["topic"]: each["partitions"] for each in described}
        existing = [name for name in names if listed.get(name)]
        settings = await self._settings(existing)
        return {
            name: Found(
                len(listed[name]),
                min(len(each["replicas"]) for each in listed[name]),
                settings.get(name, {}),
            )
            for name in existing
        }

    async def existing(self, names: Collection[str]) -> set[str]:
        """The names of those of the topics `names` that exist; it needs no right to see their settings."""
        described = await self._patiently(self._client.describe_topics)
        return {each["topic"] for each in described if each["partitions"]}.intersection(names)

    async def _patiently(self, ask: Callable[[], Awaitable[AnswerT]]) -> AnswerT:
        return await patiently(ask, self._patience_seconds)

    async def _settings(self, names: list[str]) -> dict[str, dict[str, str]]:
        if not names:
            return {}
        resources = [ConfigResource(ConfigResourceType.TOPIC, name) for name in names]
        found = {}
        for resource in await self._patiently(partial(self._described, resources)):
            if resource["error_code"]:
                raise TopicsError(
                    f"the settings of {resource['resource_name']} can't be read: {_reason(resource['error_code'])}",
                    "give the user of this connection the right to describe topics and their settings",
                )
            entries = resource["config_entries"]
            found[resource["resource_name"]] = {each["config_names"]: each["config_value"] for each in entries}
        return found

    async def _described(self, resources: list[ConfigResource]) -> list[dict[str, Any]]:
        answers = await self._client.describe_configs(resources)
        found = [resource for answer in answers for resource in answer.to_object()["resources"]]
        for resource in found:
            error = for_code(resource["error_code"])
            if error.retriable:  # another broker has listed the topic, and this one does not know it yet
                raise error(resource["resource_name"])
        return found

    async def create(self, contracts: list[Contract], replication_factor: int) -> None:
        """Create the topics of `contracts`; those that somebody creates at the same time are all right."""
        if not contracts:
            return
        wanted = [
            NewTopic(
                contract.topic,
                contract.partitions,
                replication_factor,
                topic_configs=contract.settings(replication_factor),
            )
            for contract in contracts
        ]
        response = await self._patiently(partial(self._client.create_topics, wanted))
        refused = [error for error in response.topic_errors if error[1] not in (0, _ALREADY_EXISTS)]
        if refused:
            listed = "; ".join(f"{topic}: {message or _reason(code)}" for topic, code, message in refused)
            raise TopicsError(
                f"the cluster refuses to create {listed}",
                "check the rights of this connection's user, the cluster's limits, and --replication-factor",
            )

    async def wait_until_ready(self, names: Collection[str], timeout_seconds: float = 30.0) -> None:
        """Wait until every broker lists each of the topics `names` with leaders: they learn of a new one one by one."""
        deadline = time.monotonic() + timeout_seconds
        while True:
            ready = await self._patiently(self._ready_everywhere)
            waiting = [name for name in names if name not in ready]
            if not waiting:
                return
            if time.monotonic() > deadline:
                hint = "see the brokers' logs, and try again"
                raise TopicsError(f"no leader after {timeout_seconds:.0f} s: {', '.join(waiting)}", hint)
            await asyncio.sleep(_POLL_SECONDS)

    async def _ready_everywhere(self) -> set[str]:
        """The topics that every broker lists with leaders."""
        client = self._client._client  # noqa: SLF001  the public ways ask one broker, whichever it is
        await client.force_metadata_update()
        answers = [await client.send(broker.nodeId, MetadataRequest()) for broker in client.cluster.brokers()]
        return set.intersection(
            *({each["topic"] for each in answer.to_object()["topics"] if _has_leaders(each)} for answer in answers)
        )


def _has_leaders(topic: Mapping[str, Any]) -> bool:
    partitions = topic["partitions"]
    return bool(partitions) and all(each["leader"] >= 0 and not each["error_code"] for each in partitions)


@asynccontextmanager
async def connect(connection: Connection, timeout_seconds: float = 10.0) -> AsyncIterator[Cluster]:
    """A connection to the cluster; tried again until `timeout_seconds` have passed. Raises TopicsError."""
    servers = ", ".join(connection.bootstrap_servers)
    client = await _started(connection, servers, timeout_seconds)
    try:
        yield Cluster(client, timeout_seconds)
    except (KafkaError, TimeoutError) as error:
        raise TopicsError(
            f"the Kafka at {servers} did not do it: {error!r}", "see the brokers' logs, and try again"
        ) from error
    finally:
        await client.close()


async def expect(connection: Connection, topics: Collection[str], timeout_seconds: float = 3.0) -> None:
    """Return when all of `topics` exist: a reader of one that does not would wait for it.

    Raises:
        TopicMissing: when one is missing.
        TopicsError: when no broker answers.
    """
    async with connect(connection, timeout_seconds) as cluster:
        missing = sorted(set(topics) - await cluster.existing(topics))
    if missing:
        more = f" (and {len(missing) - 1} more are missing)" if len(missing) > 1 else ""
        raise TopicMissing(
            f"there is no topic {missing[0]}{more}",
            "make them with `segment-worker topics apply`, or correct kafka.topic_prefix and kafka.app_id, or give "
            "this user the right to describe them",
        )


async def _started(connection: Connection, servers: str, timeout_seconds: float) -> AIOKafkaAdminClient:
    deadline = time.monotonic() + timeout_seconds
    while True:
        client = AIOKafkaAdminClient(**connection.client_options())
        try:
            async with AsyncExitStack() as unless_started:
                unless_started.push_async_callback(client.close)
                await asyncio.wait_for(client.start(), timeout_seconds)
                unless_started.pop_all()
        except (KafkaError, OSError) as error:  # a TimeoutError is an OSError
            if time.monotonic() > deadline:
                refused = await refusal(connection, _REFUSAL_SECONDS)
                if refused is not None:
                    raise TopicsError(
                        f"{refused.server}: {refused.problem}", f"{refused.hint}. Ask: segment-worker check"
                    ) from error
                raise TopicsError(
                    f"no Kafka answers at {servers}: {error!r}",
                    "start it (`segment-worker kafka start` runs one on this machine), or correct the address",
                ) from error
            await asyncio.sleep(_RETRY_SECONDS)
        else:
            return client


def _reason(code: int) -> str:
    return str(for_code(code).__name__)
