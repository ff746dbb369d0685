"""Bad input of every kind goes to the dead letters with its reason, unchanged, and the stream goes on."""

import asyncio
from collections.abc import Iterable
from pathlib import Path
from typing import Any

import orjson
import pytest
from aiokafka import AIOKafkaProducer

from tests.pipeline.deployment import end, setup
from tests.pipeline.outcome import event_counts, read_all, workspace_of
from tests.support.broker import Broker
from worker.jsontypes import Json, JsonObject
from worker.topics import names

pytestmark = pytest.mark.broker

GOOD: JsonObject = {"type": "track", "userId": "u", "event": "Fine", "messageId": "good", "properties": {"a": 1}}

WRONG: list[Json] = [True, 1.5, "text", [], {}, [1], {"a": 1}, None]


def wrong_types() -> list[bytes]:
    """Every wrong type in every field of the common ones, one field at a time."""
    fields = ("type", "userId", "anonymousId", "event", "messageId", "timestamp", "properties", "context", "traits")
    made = []
    for number, field in enumerate(fields):
        for kind, value in enumerate(WRONG):
            event = {**GOOD, "messageId": f"wrong-{number}-{kind}", "timestamp": "2026-11-01T00:00:00Z", field: value}
            made.append(orjson.dumps(event))
    return made


REFUSED: dict[bytes, str] = {
    b"": "empty",
    b"\xff\xfe\x00bytes": "not_json",
    b"{not json": "not_json",
    b'{"type": "track", "userId": "u", "event": NaN}': "not_json",
    b"[1, 2]": "not_an_object",
    b'"text"': "not_an_object",
    b"null": "not_an_object",
    b"[" * 5000 + b"]" * 5000: "not_json",
    b'{"type": "dance", "userId": "u"}': "unknown_type",
    b'{"type": "track", "userId": ["u"], "event": "x"}': "invalid_event",
    b'{"type": "track", "event": "x"}': "no_identifier",
    b'{"type": "page", "userId": "u"}': "invalid_fields",
    b'{"type": "identify", "userId": "undefined", "traits": {"a": 1}}': "junk_identifier",
}


def reasons_of(dead: Iterable[Any]) -> dict[bytes, str]:
    """The reason of each dead letter, by its bytes."""
    return {record.value: dict(record.headers)["reason"].decode() for record in dead}


@pytest.mark.timeout(120)
async def test_a_record_that_is_large_but_compressed_stops_nobody(broker: Broker, tmp_path: Path) -> None:
    large = orjson.dumps({**GOOD, "messageId": "large", "properties": {"blob": "x" * 3_000_000}})
    async with setup(broker.bootstrap, tmp_path, partitions=2) as running:
        worker = running.start()
        topic = running.topic(names.SEGMENT_EVENTS)
        async with AIOKafkaProducer(
            bootstrap_servers=broker.bootstrap, compression_type="gzip", max_request_size=10**7, max_batch_size=10**7
        ) as producer:
            place = await producer.send_and_wait(topic, large, key=b"u", partition=0)
        await running.send([orjson.dumps({**GOOD, "messageId": "last"})])
        await running.settled(60)
        assert await asyncio.to_thread(end, worker) == 0, running.config.with_name("worker.log").read_text()[-2000:]
        changes = await read_all(broker.bootstrap, running.topic(names.WORKSPACE_CHANGES))
        (letter,) = await read_all(broker.bootstrap, running.topic(f"{names.SEGMENT_EVENTS}.dlq"))
    assert event_counts(workspace_of(changes)) == {"last": 1}
    headers = dict(letter.headers)
    assert (letter.key, letter.value, headers["reason"]) == (b"u", None, b"too_large")
    assert headers["value_left_out"] == str(len(large)).encode()
    assert headers["dead_letter_origin"] == f"{topic}/0/{place.offset}".encode()


@pytest.mark.timeout(150)
async def test_bad_records_become_dead_letters_and_the_stream_goes_on(broker: Broker, tmp_path: Path) -> None:
    large = orjson.dumps({**GOOD, "messageId": "large", "properties": {"blob": "x" * 1_000_000}})
    async with setup(broker.bootstrap, tmp_path, partitions=2) as running:
        worker = running.start()
        await running.send([orjson.dumps({**GOOD, "messageId": "first"})])
        await running.send([*REFUSED, *wrong_types(), large])
        await running.send([orjson.dumps({**GOOD, "messageId": "last"})])
        await running.settled(90)
        assert worker.poll() is None, running.config.with_name("worker.log").read_text()[-2000:]
        code = await asyncio.to_thread(end, worker)
        changes = await read_all(broker.bootstrap, running.topic(names.WORKSPACE_CHANGES))
        dead = await read_all(broker.bootstrap, running.topic(f"{names.SEGMENT_EVENTS}.dlq"))
    assert code == 0
    counts = event_counts(workspace_of(changes))
    assert counts["first"] == counts["last"] == 1
    reasons = reasons_of(dead)
    assert {value: reasons.get(value) for value in REFUSED} == REFUSED
    assert reasons[large] == "too_large"
    for record in dead:
        headers = dict(record.headers)
        assert headers["dead_letter_origin"].startswith(running.topic(names.SEGMENT_EVENTS).encode())
        assert headers["worker_version"]
        assert headers["detail"]
