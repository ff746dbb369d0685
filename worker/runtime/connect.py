"""Waiting for the brokers at a start, so that the order in which things are started does not matter."""

import asyncio

import structlog
from aiokafka.admin import AIOKafkaAdminClient
from aiokafka.errors import KafkaError
from tenacity import AsyncRetrying, RetryCallState, retry_if_exception_type, stop_after_delay, wait_exponential

from worker.runtime.connection import Connection
from worker.runtime.errors import BrokerUnreachable
from worker.runtime.greet import refusal

log = structlog.get_logger(__name__)

PATIENCE_S = 30.0
"""How long a role waits for its brokers before it gives up; an orchestrator starts it again."""


async def await_brokers(connection: Connection, patience_s: float = PATIENCE_S) -> None:
    """Return when a broker answers.

    Raises:
        BrokerUnreachable: when none did for `patience_s`.
    """
    servers = ", ".join(connection.bootstrap_servers)

    def retrying(state: RetryCallState) -> None:
        log.warning("broker_unreachable", brokers=servers, attempt=state.attempt_number, retrying=True)

    try:
        async for attempt in AsyncRetrying(
            retry=retry_if_exception_type((KafkaError, OSError, TimeoutError)),
            stop=stop_after_delay(patience_s),
            wait=wait_exponential(multiplier=0.2, max=3.0),
            before_sleep=retrying,
            reraise=True,
        ):
            with attempt:
                async with asyncio.timeout(10.0):
                    await _ask(connection)
    except (KafkaError, OSError, TimeoutError) as problem:
        refused = await refusal(connection)
        if refused is not None:
            raise BrokerUnreachable(
                f"{refused.server}: {refused.problem}: {refused.hint}. Ask: segment-worker check"
            ) from problem
        raise BrokerUnreachable(
            f"no Kafka broker answers at {servers} ({problem}). Is it running, and is kafka.bootstrap_servers right? "
            "A local one: segment-worker kafka start"
        ) from problem


async def _ask(connection: Connection) -> None:
    client = AIOKafkaAdminClient(**connection.client_options(), request_timeout_ms=8000)
    try:
        await client.start()
    finally:
        await client.close()
