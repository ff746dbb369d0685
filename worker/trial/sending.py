"""Sends one event as `send` does, and waits until everything that it caused was worked through."""

import asyncio
import time

from aiokafka.errors import KafkaError
from msgspec import Struct

from worker.deployment import Deployment
from worker.gateway.keying import record_key, record_partition
from worker.gateway.sending import inbound_publisher
from worker.runtime.errors import BrokerUnreachable, DeliveryFailed
from worker.runtime.follower import Follower
from worker.runtime.lag import LagReader
from worker.runtime.outgoing import out
from worker.topics import names
from worker.topics.cluster import expect
from worker.trial.outcome import WATCHED, FoundChange, FoundDeadLetter, Outcome, Place, place_text

_POLL_S = 0.1


class NoWorker(Exception):
    """Nobody would work through an event now."""


class KafkaFailed(Exception):
    """Kafka refuses, or does not answer; the text also says whether the event was sent."""


class Trial(Struct, frozen=True):
    """What came of an event.

    `waiting`: the records that no worker had worked through when the time was over, `topic/partition/offset`; without
    any, this is all that ever will come of it by itself.
    """

    place: str
    changes: list[FoundChange]
    dead_letters: list[FoundDeadLetter]
    waiting: list[str]
    seconds: float

    @property
    def complete(self) -> bool:
        """Whether all was worked through."""
        return not self.waiting


async def try_event(deployment: Deployment, raw: bytes, timeout_s: float) -> Trial:
    """Send the event `raw` (JSON) and wait for at most `timeout_s` seconds.

    Raises:
        NoWorker: when the workers' consumer group has no members; nothing was sent.
        TopicsError: when no broker answers or lets this user in, or a topic is missing; nothing was sent.
        KafkaFailed: when the brokers do not let it read or write, the event was not acknowledged, or what came of it
            could not be read.
    """
    contract = deployment.contracts[names.SEGMENT_EVENTS]
    topics = {name: deployment.topic(name) for name in WATCHED}
    await expect(deployment.connection, [contract.topic, *topics.values()])
    sent = "the event was not sent"
    try:
        async with (
            LagReader(deployment.connection) as lag,
            Follower(deployment.connection, list(topics.values())) as follower,
            inbound_publisher(deployment.connection, contract) as publisher,
        ):
            if not await lag.members(deployment.group):
                raise NoWorker(f"no worker is running: the consumer group {deployment.group} has no members")
            key = record_key(contract.name, raw)
            partition = record_partition(key, raw, len(await lag.ends(contract.topic)))
            began = time.monotonic()
            sent = "whether the event was sent is not known"
            offset = await publisher.append(contract.topic, partition, [out(key, raw)])
            source: Place = (contract.topic, partition, offset)
            sent = f"the event was sent as {place_text(source)}"
            outcome = Outcome(source, topics)
            while True:
                # First what is committed, then what is there: whatever a committed record caused was delivered before.
                committed = await lag.committed(deployment.group)
                for record in await follower.new():
                    outcome.add(record)
                waiting = [place for place in outcome.places if committed.get(place[:2], 0) <= place[2]]
                seconds = time.monotonic() - began
                if not waiting or seconds > timeout_s:
                    break
                await asyncio.sleep(_POLL_S)
    except (BrokerUnreachable, DeliveryFailed, KafkaError, OSError) as problem:  # a TimeoutError is an OSError
        raise KafkaFailed(f"{str(problem) or repr(problem)}; {sent}") from problem
    outcome.finish()
    return Trial(
        place_text(source),
        outcome.changes,
        outcome.dead_letters,
        sorted(map(place_text, waiting)),
        round(seconds, 3),
    )
