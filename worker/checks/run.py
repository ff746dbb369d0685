"""All checks, in the order in which one depends on another."""

from collections.abc import AsyncIterator
from datetime import datetime

from aiokafka.errors import KafkaError

from worker.checks.brokers import check_brokers
from worker.checks.clock import check_clock
from worker.checks.files import check_files
from worker.checks.finding import Finding, ok, problem
from worker.checks.keys import check_keys
from worker.checks.topics import check_topics
from worker.config import Config
from worker.config.connection import CertificateError
from worker.deployment import make_deployment
from worker.topics import names
from worker.topics.cluster import TopicsError
from worker.topics.contracts import ContractsError


async def check_all(config: Config, source: str, now: datetime) -> AsyncIterator[Finding]:
    """What was found about a configuration that could be read, from the file called `source`."""
    yield ok("configuration", f"{source} is valid")
    for finding in (*check_keys(config), *check_files(config)):
        yield finding
    try:
        deployment = make_deployment(config)
    except CertificateError as error:
        yield problem("certificates", str(error), error.hint)
        return
    except ContractsError as error:
        yield problem("configuration", str(error), "correct the contracts in topics/, or the names in kafka")
        return
    answered = False
    async for finding in check_brokers(deployment.connection):
        answered = answered or finding.level == "ok"
        yield finding
    if not answered:
        return
    async for finding in check_topics(deployment.connection, deployment.contracts):
        yield finding
    stamped = [deployment.topic(name) for name in (names.WORKSPACE_CHANGES, names.PEOPLE, names.SEGMENT_EVENTS)]
    try:
        async for finding in check_clock(deployment.connection, stamped, now):
            yield finding
    except TopicsError as error:
        yield problem("clock", f"the records' times could not be read: {error.problem}", error.hint)
    except (KafkaError, TimeoutError) as error:
        yield problem(
            "clock", f"the records' times could not be read: {error!r}", "see the brokers' logs, and try again"
        )
