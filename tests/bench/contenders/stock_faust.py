"""Stock Faust doing the same, in its own usual way: `async for`, a table, `send`.

Option `way`: `plain` sends without waiting, as Faust applications do (a crash can lose events and table writes);
`durable` acks an event once its output and its table write are acknowledged: outputs' and changelog's futures are
awaited in the order of the events, with up to 1,000 events under way. It is the most that Faust offers: table
writes, outputs and offsets still are not one unit.
"""

import asyncio
from collections.abc import Awaitable
from typing import Any

import faust
import orjson

from tests.bench.job import Job, read_job

TABLE = "counts"
UNDER_WAY = 1000


class TrackedTable(faust.Table[str, Any]):
    """Remembers the futures of its changelog's records, which Faust drops."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.in_flight: list[Awaitable[Any]] = []

    def send_changelog(self, *args: Any, **kwargs: Any) -> Any:
        future = super().send_changelog(*args, **kwargs)
        self.in_flight.append(future)
        return future


def make_app(job: Job, *, durable: bool = False) -> faust.App:
    """Faust with its own defaults, but for what a machine with one broker asks for."""
    return faust.App(
        job.group,
        broker=f"kafka://{job.bootstrap}",
        store="memory://",
        datadir=job.path / "faust",
        Table=TrackedTable if durable else faust.Table,
        web_enabled=False,
        topic_partitions=job.partitions,
        topic_disable_leader=True,
        topic_allow_declare=False,
        table_standby_replicas=0,
        consumer_auto_offset_reset="earliest",
    )


def run_app(app: faust.App) -> None:
    """Run it as `faust worker -l info` does.

    At Faust's default level, `warn`, a spinner takes every debug message, in every state and whether there is a
    terminal or not: that alone makes it slower by a fifth.
    """
    faust.Worker(app, loglevel="info", quiet=True).execute_from_commandline()


def count(event: Any, table: Any) -> tuple[str, bytes]:
    """What each event leads to: the table write, and the key and value of the output."""
    user, message_id = event["userId"], event["messageId"]
    before = table.get(user)
    n = before["n"] + 1 if before is not None else 1
    table[user] = {"n": n, "last": message_id}
    return user, orjson.dumps({"user": user, "n": n, "cause": message_id})


def plain(app: faust.App, job: Job) -> None:
    """Add the agent that waits for nothing."""
    events = app.topic(job.input, key_serializer="raw", value_serializer="raw")
    output = app.topic(job.output, key_serializer="raw", value_serializer="raw")
    table = app.Table(TABLE, partitions=job.partitions, key_type=str)

    @app.agent(events)
    async def counter(stream: Any) -> None:
        async for value in stream:
            key, sent = count(orjson.loads(value), table)
            await output.send(key=key, value=sent)


def durable(app: faust.App, job: Job) -> None:
    """Add the agent that acks what was delivered."""
    events = app.topic(job.input, key_serializer="raw", value_serializer="raw")
    output = app.topic(job.output, key_serializer="raw", value_serializer="raw")
    table = app.Table(TABLE, partitions=job.partitions, key_type=str)
    assert isinstance(table, TrackedTable)
    waiting: asyncio.Queue[tuple[Any, Any, list[Awaitable[Any]]]] = asyncio.Queue(UNDER_WAY)

    async def ack_in_order() -> None:
        while True:
            stream, event, deliveries = await waiting.get()
            for delivery in deliveries:
                await delivery
            await stream.ack(event)

    @app.agent(events)
    async def counter(stream: Any) -> None:
        acking = asyncio.create_task(ack_in_order())
        try:
            async for event in stream.noack().events():
                key, sent = count(orjson.loads(event.value), table)
                writes, table.in_flight = table.in_flight, []
                await waiting.put((stream, event, [await output.send(key=key, value=sent), *writes]))
        finally:
            acking.cancel()


def main() -> None:
    job = read_job()
    is_durable = job.options["way"] == "durable"
    app = make_app(job, durable=is_durable)
    (durable if is_durable else plain)(app, job)
    run_app(app)


if __name__ == "__main__":
    main()
