"""Stock Faust with a table of people: one output an event, the email of the event's user."""

from typing import Any

import orjson

from tests.bench.contenders.ours_profiles import TABLE
from tests.bench.contenders.stock_faust import make_app, run_app
from tests.bench.job import read_job


def main() -> None:
    job = read_job()
    app = make_app(job)
    events = app.topic(job.input, key_serializer="raw", value_serializer="raw")
    output = app.topic(job.output, key_serializer="raw", value_serializer="raw")
    people = app.Table(TABLE, partitions=job.partitions, key_type=bytes)  # as they are: str keys would be JSON

    @app.agent(events)
    async def look_up(stream: Any) -> None:
        async for value in stream:
            user = orjson.loads(value)["userId"]
            person = people.get(user.encode())
            await output.send(key=user, value=orjson.dumps({"email": None if person is None else person["email"]}))

    run_app(app)


if __name__ == "__main__":
    main()
