"""Bare aiokafka: `getmany`, state in a dict, outputs by `send_batch`. No changelog, nothing awaited, nothing kept.

What is left when everything but the work itself is left out: no durability, no recovery, no order of writes.
"""

import asyncio
import signal
from collections import defaultdict

import orjson
from aiokafka import AIOKafkaConsumer, AIOKafkaProducer

from tests.bench.job import Job, read_job


async def serve(job: Job) -> None:
    """Work until SIGTERM."""
    consumer = AIOKafkaConsumer(
        job.input, bootstrap_servers=job.bootstrap, group_id=job.group, auto_offset_reset="earliest"
    )
    producer = AIOKafkaProducer(bootstrap_servers=job.bootstrap, max_batch_size=900_000)
    asyncio.get_running_loop().add_signal_handler(signal.SIGTERM, asyncio.current_task().cancel)  # type: ignore[union-attr]
    await producer.start()
    await consumer.start()
    state: dict[str, dict[str, object]] = {}
    counts: defaultdict[str, int] = defaultdict(int)
    try:
        while True:
            for place, records in (await consumer.getmany(timeout_ms=100, max_records=4000)).items():
                batch = producer.create_batch()
                for record in records:
                    event = orjson.loads(record.value)
                    user, message_id = event["userId"], event["messageId"]
                    counts[user] += 1
                    state[user] = {"n": counts[user], "last": message_id}
                    sent = orjson.dumps({"user": user, "n": counts[user], "cause": message_id})
                    if batch.append(key=record.key, value=sent, timestamp=None) is None:
                        await producer.send_batch(batch, job.output, partition=place.partition)
                        batch = producer.create_batch()
                        batch.append(key=record.key, value=sent, timestamp=None)
                await producer.send_batch(batch, job.output, partition=place.partition)
    except asyncio.CancelledError:
        await consumer.stop()
        await producer.stop()


if __name__ == "__main__":
    asyncio.run(serve(read_job()))
