"""`segment-worker lag`: what waits in each topic for its readers."""

import asyncio

from aiokafka.errors import KafkaError

from worker.cli.connecting import ConfigOption, configured, deployed, hush_client_logs, kafka_failed
from worker.cli.output import JsonOption, emit, failed
from worker.cli.tables import new_table, print_all
from worker.deployment import Deployment
from worker.runtime.lag import LagReader, TopicLag
from worker.topics import names
from worker.topics.cluster import TopicsError, expect


def lag(config: ConfigOption = None, as_json: JsonOption = False) -> None:
    """Show how many records wait in each topic for the worker and the relay."""
    deployment = deployed(configured(config, as_json), as_json)
    hush_client_logs()
    try:
        rows = asyncio.run(read_lag(deployment))
    except (TopicsError, KafkaError, OSError) as error:  # a TimeoutError is an OSError
        raise failed(kafka_failed(error), as_json) from error
    if as_json:
        for row in rows:
            emit(row)
        return
    table = new_table("topic", "reader", "records", "waiting", numbers=("records", "waiting"))
    for row in rows:
        table.add_row(row.topic, row.reader, f"{row.end:,}", f"{row.lag:,}", style="yellow" if row.lag else "")
    print_all(table)


async def read_lag(deployment: Deployment) -> list[TopicLag]:
    """The lag of the workers' and the relays' groups. Raises TopicsError, KafkaError, TimeoutError."""
    inputs = [deployment.topic(name) for name in names.WORKER_INPUTS]
    metrics = deployment.topic(names.MESSAGE_METRICS)
    await expect(deployment.connection, [*inputs, metrics])
    async with LagReader(deployment.connection) as reader:
        rows = await reader.group(deployment.group, inputs)
        rows += await reader.group(deployment.relay_group, [metrics])
    return rows
