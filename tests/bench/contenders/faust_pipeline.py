"""A stock-Faust app that makes the same decisions: `async for`, its own tables, its own sends.

The agents' functions are the project's own (worker/agents): from a record and the state to effects. What performs the
effects is stock Faust, in its plain way: a table write is `table[key] = value`, an output is `await topic.send(...)`.
"""

from typing import Any, NamedTuple, cast

import faust
import msgspec

from tests.bench.contenders.stock_faust import make_app, run_app
from tests.bench.deployment import deployment_of
from tests.bench.job import Job, read_job
from worker.agents.anonymous import anonymous_agent
from worker.agents.device import device_agent
from worker.agents.group import group_agent
from worker.agents.identify import identify_agent
from worker.agents.outlets import make_outlets
from worker.agents.route import route_agent
from worker.config import compile_subscriptions
from worker.partitioning import partition_of
from worker.reasons import Reason
from worker.runtime.agent import AgentSpec
from worker.runtime.errors import InvalidMessage
from worker.runtime.unit import Target, Unit
from worker.topics import names


class Received(NamedTuple):
    """A record as agents take it."""

    topic: str
    partition: int
    offset: int
    timestamp: int
    key: bytes | None
    value: bytes | None
    headers: list[tuple[str, bytes]]


class StockUnit:
    """Stands in for `worker.runtime.unit.Unit`: table writes go to Faust's table at once, outputs wait to be sent."""

    def __init__(self, table: Any, decoder: msgspec.json.Decoder[Any]) -> None:
        self._table = table
        self._decode = decoder.decode
        self.outputs: list[tuple[str, bytes | None, bytes | None, int]] = []
        self.replayed = False

    def get(self, key: str) -> Any:
        raw = self._table.get(key.encode())
        return None if raw is None else self._decode(raw)

    def put(self, key: str, value: Any) -> None:
        self._table[key.encode()] = msgspec.json.encode(value)

    def delete(self, key: str) -> None:
        self._table.pop(key.encode(), None)

    def send(self, target: Target, key: str, value: bytes) -> None:
        self.outputs.append((target.topic, key.encode(), value, partition_of(key, target.partitions)))

    def dead_letter(self, target: Target, record: Received, reason: Reason, detail: str) -> None:
        self.outputs.append((target.topic, record.key, record.value, record.partition))


def add_agent(app: faust.App, job: Job, spec: AgentSpec[Any], topics: dict[str, Any]) -> None:
    """Add the stock agent that does what `spec` does."""
    table: Any = None
    decoder: msgspec.json.Decoder[Any] = msgspec.json.Decoder()
    if spec.table is not None:
        table = app.Table(spec.table.name, partitions=job.partitions, key_type=bytes, value_type=bytes)
        decoder = msgspec.json.Decoder(cast("Any", spec.table.value_type))

    async def work(stream: Any) -> None:
        async for event in stream.events():
            message = event.message
            record = Received(
                message.topic,
                message.partition,
                message.offset,
                int(message.timestamp * 1000),
                message.key,
                message.value,
                [],
            )
            unit = StockUnit(table, decoder)
            try:
                spec.handle(record, cast("Unit[Any]", unit))
            except InvalidMessage as problem:
                unit.dead_letter(spec.dead_letters, record, problem.reason, problem.detail)
            for topic, key, value, partition in unit.outputs:
                await topics[topic].send(key=key, value=value, partition=partition)

    app.agent(topics[spec.topic], name=spec.name)(work)


def main() -> None:
    job = read_job()
    deployment = deployment_of(job)
    config, outlets = deployment.config, make_outlets(deployment.contracts)
    settings = config.workspace.settings()
    specs: tuple[AgentSpec[Any], ...] = (
        route_agent(job.input, compile_subscriptions(config), settings, outlets),
        identify_agent(deployment.topic(names.PEOPLE), settings, outlets),
        anonymous_agent(deployment.topic(names.ANONYMOUS), settings, outlets),
        group_agent(deployment.topic(names.OBJECTS), settings, outlets),
        device_agent(deployment.topic(names.DEVICES), settings, outlets),
    )
    app = make_app(job)
    topics = {
        contract.topic: app.topic(contract.topic, key_serializer="raw", value_serializer="raw")
        for contract in deployment.contracts.values()
    }
    for spec in specs:
        add_agent(app, job, spec, topics)
    run_app(app)


if __name__ == "__main__":
    main()
