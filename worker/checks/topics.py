"""Whether the topics are as their contracts have them."""

from collections.abc import AsyncIterator, Mapping
from typing import Final

from worker.checks.finding import Finding, ok, problem, warning
from worker.runtime.connection import Connection
from worker.topics.check import Difference, check
from worker.topics.cluster import TopicsError
from worker.topics.contract import Contract

_ESSENTIAL: Final = frozenset({"topic", "partitions", "cleanup.policy", "max.message.bytes", "min.compaction.lag.ms"})
"""A worker cannot work, or can lose state, when one of these is wrong; the others are for the operator to decide."""


async def check_topics(connection: Connection, contracts: Mapping[str, Contract]) -> AsyncIterator[Finding]:
    """One finding a difference."""
    try:
        differences = await check(connection, contracts)
    except TopicsError as error:
        yield problem("topics", error.problem, error.hint)
        return
    for difference in differences:
        yield _finding(difference)
    if not differences:
        yield ok("topics", f"{len(contracts)} topics are as their contracts have them")


def _finding(difference: Difference) -> Finding:
    topic, what = difference.topic, difference.what
    if what == "topic":
        return problem("topics", f"{topic} is missing", "segment-worker topics apply; or this user may not see it")
    message = f"{topic}: {what} is {difference.found}, not {difference.expected}"
    if what == "partitions":
        hint = (
            "set kafka.partitions to it, which counts for all topics; or delete the topic and apply its contract: "
            "partitions can't be changed without building the state anew"
        )
        return problem("topics", message, hint)
    hint = f"change it with kafka-configs.sh --alter --topic {topic}, or delete the topic and apply its contract"
    essential = what in _ESSENTIAL and not _is_roomier(difference)
    return problem("topics", message, hint) if essential else warning("topics", message, hint)


def _is_roomier(difference: Difference) -> bool:
    """Whether the topic only takes larger records than it needs to, as one made with the brokers' defaults does."""
    found = difference.found
    return difference.what == "max.message.bytes" and found is not None and int(found) > int(difference.expected)
