"""The runtime with a table of people: one output an event, the email of the event's user."""

import asyncio
from typing import Any

import orjson
from msgspec import Struct

from tests.bench.contenders.ours import RECORD_BYTES, serve
from tests.bench.job import Job, read_job
from worker.runtime.agent import AgentSpec, TableSpec
from worker.runtime.record import Record
from worker.runtime.unit import Target, Unit

TABLE = "people"


class Person(Struct):
    """A value of the table (tests/bench/profiles.py)."""

    id: str
    email: str
    created: int
    attributes: dict[str, tuple[Any, float, str]]
    """Value (whatever JSON), time, messageId."""


def looking_up(job: Job) -> AgentSpec[Person]:
    """The agent."""
    output = Target(job.output, job.partitions, RECORD_BYTES)

    def look_up(record: Record, unit: Unit[Person]) -> None:
        user = orjson.loads(record.value or b"")["userId"]
        person = unit.get(user)
        unit.send(output, user, orjson.dumps({"email": None if person is None else person.email}))

    return AgentSpec("look_up", job.input, output, look_up, TableSpec(TABLE, Person))


if __name__ == "__main__":
    job = read_job()
    asyncio.run(serve(job, [looking_up(job)]))
