"""Waiting for the brokers at a start, so that the order in which things are started does not matter."""

import asyncio
import time

import structlog
from aiokafka.admin import AIOKafkaAdminClient
from aiokafka.errors import KafkaError
from tenacity import AsyncRetrying, RetryCallState, retry_if_exception_type, stop_before_delay, wait_exponential

from worker.runtime.connection import Connection
from worker.runtime.errors import BrokerUnreachable
from worker.runtime.greet import refusal

log = structlog.get_logger(__name__)

PATIENCE_S = 30.0
"""How long a role waits for its brokers before it gives up; an orchestrator starts it again."""

_ATTEMPT_S = 10.0
_SHORTEST_S = 1.0
_REFUSAL_S = 5.0


async def await_brokers(connection: Connection, patience_s: float = PATIENCE_S) -> None:
    """Return when a broker answers.

    Raises:
        BrokerUnreachable: when none did for `patience_s`; up to 5 s later, which go into asking why.
    """
    deadline = time.monotonic() + patience_s
    servers = ", ".join(connection.bootstrap_servers)

    def retrying(state: RetryCallState) -> None:
        log.warning("broker_unreachable", brokers=servers, attempt=state.attempt_number, retrying=True)

    try:
        async for attempt in AsyncRetrying(
            retry=retry_if_exception_type((KafkaError, OSError, TimeoutError)),
            stop=stop_before_delay(patience_s),
            wait=wait_exponential(multiplier=0.2, max=3.0),
            before_sleep=retrying,
            reraise=True,
        ):
            with attempt:
                # Not longer than there is time: one that takes connections and never answers takes all of it.
                async with asyncio.timeout(min(_ATTEMPT_S, max(deadline - time.monotonic(), _SHORTEST_S))):
                    await _ask(connection)
    except (KafkaError, OSError, TimeoutError) as problem:
        refused = await refusal(connection, _REFUSAL_S)
        if refused is not None:
            raise BrokerUnreachable(
                f"{refused.server}: {refused.problem}: {refused.hint}. Ask: segment-worker check"
            ) from problem
        said = str(problem) or "no answer"
        raise BrokerUnreachable(
            f"no Kafka broker answers at {servers} ({said}). Is it running, and is kafka.bootstrap_servers right? "
            "A local one: segment-worker kafka start"
        ) from problem


async def _ask(connection: Connection) -> None:
    client = AIOKafkaAdminClient(**connection.client_options(), request_timeout_ms=8000)
    try:
        await client.start()
    finally:
        await client.close()
