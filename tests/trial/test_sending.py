"""`test event --send` on a real broker with a real worker process."""

import asyncio
from collections.abc import Awaitable, Callable
from pathlib import Path

import orjson
import pytest
from typer.testing import CliRunner

from tests.pipeline.deployment import Setup, end, setup
from tests.support.broker import Broker
from worker.cli.tester import app
from worker.jsontypes import JsonObject
from worker.runtime.errors import DeliveryFailed
from worker.runtime.lag import LagReader
from worker.runtime.publisher import KafkaPublisher
from worker.runtime.reader import TopicReader
from worker.topics import names

pytestmark = pytest.mark.broker

IDENTIFY: JsonObject = {
    "type": "identify",
    "userId": "u1",
    "anonymousId": "a1",
    "messageId": "m2",
    "timestamp": "2026-11-01T00:00:00.000Z",
    "traits": {"email": "u1@example.com", "plan": "pro"},
}
BEFORE: JsonObject = {"type": "track", "anonymousId": "a1", "event": "Seen", "messageId": "m1", "properties": {}}


async def send(running: Setup, event: JsonObject, *options: str) -> tuple[int, str]:
    """Exit code and standard output of the command, which runs in a thread: it has a loop of its own."""
    arguments = ["event", "--send", "--config", str(running.config), *options]
    done = await asyncio.to_thread(CliRunner().invoke, app, arguments, input=orjson.dumps(event))
    return done.exit_code, done.stdout


def types(text: str) -> list[str]:
    return [one["change"]["type"] for one in orjson.loads(text)["changes"]]


async def joined(running: Setup) -> None:
    """Return when the worker is a member of its group."""
    async with asyncio.timeout(40), LagReader(running.deployment.connection) as lag:
        while not await lag.members(running.deployment.group):
            await asyncio.sleep(0.2)


async def test_an_event_is_followed_through_the_running_system(broker: Broker, tmp_path: Path) -> None:
    async with setup(broker.bootstrap, tmp_path, partitions=2) as running:
        code, text = await send(running, IDENTIFY)
        assert code == 1
        assert "no worker is running" in text
        assert "the event was not sent" in text

        worker = running.start()
        try:
            await joined(running)
            code, text = await send(running, BEFORE)
            assert (code, types(text)) == (0, ["anonymous_waiting"])

            code, text = await send(running, {"id": 7, "event": IDENTIFY})
            answer = orjson.loads(text)
            assert (code, answer["id"], answer["waiting"], answer["dead_letters"]) == (0, 7, [], [])
            assert {"person_created", "attributes_changed", "anonymous_linked"} <= set(types(text))

            code, text = await send(running, {"type": "page", "userId": "u1"})
            assert code == 1
            assert [letter["reason"] for letter in orjson.loads(text)["dead_letters"]] == ["invalid_fields"]

            event: JsonObject = {"type": "track", "userId": "u1", "event": "Paid", "messageId": "m9"}
            code, text = await send(running, event, "--explain")
            assert code == 0
            assert "Track Event" in text
            assert "event_received" in text
        finally:
            code = end(worker)
        assert code == 0


async def test_a_worker_that_does_not_answer_is_said_to_be(broker: Broker, tmp_path: Path) -> None:
    async with setup(broker.bootstrap, tmp_path, partitions=2) as running:
        connection, group = running.deployment.connection, running.deployment.group
        async with TopicReader(connection, running.topic(names.SEGMENT_EVENTS), group=group):  # a member, and no worker
            code, text = await send(running, IDENTIFY, "--timeout", "0.5")
        answer = orjson.loads(text)
        assert code == 1
        assert answer["waiting"] == [answer["place"]]


async def test_where_kafka_stops_answering_it_is_said_whether_the_event_was_sent(
    broker: Broker, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    stops: list[tuple[type, str, Exception, str]] = [
        (LagReader, "members", TimeoutError(), "the event was not sent"),
        (KafkaPublisher, "append", DeliveryFailed("no acknowledgement"), "whether the event was sent is not known"),
        (LagReader, "committed", TimeoutError(), "the event was sent as {topic}/"),
    ]
    async with setup(broker.bootstrap, tmp_path, partitions=2) as running:
        connection, topic = running.deployment.connection, running.topic(names.SEGMENT_EVENTS)
        async with TopicReader(connection, topic, group=running.deployment.group):
            for kind, method, problem, expected in stops:
                with monkeypatch.context() as patch:
                    patch.setattr(kind, method, _raising(problem))
                    code, text = await send(running, IDENTIFY)
                answer = orjson.loads(text)
                assert code == 1
                assert "Kafka refuses, or does not answer" in answer["error"]
                assert expected.format(topic=topic) in answer["error"]
                assert "brokers" in answer["hint"]


def _raising(problem: Exception) -> Callable[..., Awaitable[object]]:
    async def method(*_: object) -> object:
        raise problem

    return method
