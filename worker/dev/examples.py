"""Sends the bundled example events (topics/demo): realistic ones, the documents' own, and some bad on purpose."""

from datetime import datetime

from msgspec import Struct

from worker.deployment import Deployment
from worker.gateway.lines import Line
from worker.gateway.sending import InboundTopic, inbound_publisher, send_lines
from worker.local.demo import brought_up_to, demo_file
from worker.topics import names


class SentExamples(Struct, frozen=True):
    """How many were sent."""

    events: int
    webhooks: int


async def send_examples(deployment: Deployment, now: datetime) -> SentExamples:
    """Send all examples into the inbound topics, keyed as `send` keys them.

    They end with the day of `now` that has begun: so they are the same bytes all day, and sending them again changes
    nothing.

    Raises:
        DeliveryFailed: when a broker does not take them.
    """
    today = now.replace(hour=0, minute=0, second=0, microsecond=0)
    counts = []
    for name in names.INBOUND:
        contract = deployment.contracts[name]
        where = InboundTopic(contract.topic, name, contract.partitions)
        values = brought_up_to(today, demo_file(name).read_bytes().splitlines())
        lines = [Line(name, number, value, 0) for number, value in enumerate(values, 1)]
        async with inbound_publisher(deployment.connection, contract) as publisher:
            counts.append((await send_lines(publisher, where, lines, lambda _: None)).records)
    return SentExamples(*counts)
