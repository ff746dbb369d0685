"""`segment-worker lag`: what waits in each topic for its readers."""

import asyncio

from aiokafka.errors import KafkaError
from rich.console import Console
from rich.table import Table

from worker.cli.connecting import ConfigOption, configured, connection_to, hush_client_logs
from worker.cli.output import JsonOption, Problem, emit, failed
from worker.config.sections import Kafka
from worker.runtime.connection import Connection
from worker.runtime.lag import LagReader, TopicLag
from worker.topics import names
from worker.topics.cluster import TopicsError, expect
from worker.topics.contracts import load_contracts


def lag(config: ConfigOption = None, as_json: JsonOption = False) -> None:
    """Show how many records wait in each topic for the worker and the relay."""
    kafka = configured(config, as_json).kafka
    hush_client_logs()
    try:
        rows = asyncio.run(read_lag(connection_to(kafka, as_json), kafka))
    except TopicsError as error:
        raise failed(Problem(error.problem, error.hint), as_json) from error
    except (KafkaError, TimeoutError, OSError) as error:
        servers = ", ".join(kafka.bootstrap_servers)
        raise failed(Problem(f"no answer from Kafka at {servers}: {error!r}", "is it running?"), as_json) from error
    if as_json:
        for row in rows:
            emit(row)
        return
    table = Table("topic", "reader", "records", "waiting", box=None)
    for row in rows:
        table.add_row(row.topic, row.reader, f"{row.end:,}", f"{row.lag:,}", style="yellow" if row.lag else "")
    Console().print(table)


async def read_lag(connection: Connection, kafka: Kafka) -> list[TopicLag]:
    """The lag of the workers' and the relays' groups. Raises TopicsError, KafkaError, TimeoutError."""
    contracts = load_contracts(app_id=kafka.app_id, prefix=kafka.topic_prefix, partitions=kafka.partitions)
    inputs = [contracts[name].topic for name in names.WORKER_INPUTS]
    metrics = contracts[names.MESSAGE_METRICS].topic
    await expect(connection, [*inputs, metrics])
    async with LagReader(connection) as reader:
        rows = await reader.group(kafka.app_id, inputs)
        rows += await reader.group(f"{kafka.app_id}-relay", [metrics])
    return rows
