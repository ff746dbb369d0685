import asyncio
import gzip
import os
from collections.abc import Callable, Mapping
from pathlib import Path
from threading import Thread
from uuid import uuid4

import msgspec
import orjson
import pytest
import typer
from aiokafka import AIOKafkaConsumer, TopicPartition
from typer.testing import CliRunner, Result

from tests.support.broker import Broker
from worker.cli.send import send
from worker.jsontypes import JsonObject
from worker.local.ports import HOST, free_ports
from worker.partitioning import partition_of, partition_of_bytes
from worker.runtime.connection import Connection
from worker.topics.apply import apply
from worker.topics.contract import Contract
from worker.topics.contracts import load_contracts

app = typer.Typer(rich_markup_mode=None)
app.command()(send)

PARTITIONS = 3
Deployed = tuple[Mapping[str, Contract], str]
Record = tuple[int, bytes | None, bytes | None]


def run(*arguments: str, stdin: bytes | None = None) -> Result:
    return CliRunner().invoke(app, list(arguments), input=stdin)


def configuration(directory: Path, bootstrap: str, name: str) -> str:
    path = directory / "workspace.yaml"
    path.write_text(f"kafka:\n  bootstrap_servers: ['{bootstrap}']\n  topic_prefix: {name}.\n  app_id: {name}\n")
    return str(path)


@pytest.fixture
def deploy(broker: Broker, tmp_path: Path) -> Callable[[], Deployed]:
    """Makes the inbound topics under names of the test's own: their contracts, and the configuration file."""

    def make() -> Deployed:
        name = f"test-{uuid4().hex}"
        contracts = load_contracts(app_id=name, prefix=f"{name}.", partitions=PARTITIONS)
        inbound = {each: contracts[each] for each in ("segment.events", "reporting.events")}
        asyncio.run(apply(Connection((broker.bootstrap,)), inbound))
        return contracts, configuration(tmp_path, broker.bootstrap, name)

    return make


def read(bootstrap: str, topic: str) -> list[Record]:
    """All records of a topic, each partition's in order."""

    async def records() -> list[Record]:
        consumer = AIOKafkaConsumer(bootstrap_servers=bootstrap, auto_offset_reset="earliest")
        await consumer.start()
        try:
            places = [TopicPartition(topic, partition) for partition in range(PARTITIONS)]
            consumer.assign(places)
            ends = await consumer.end_offsets(places)
            wanted = sum(ends.values())
            found = [await consumer.getone() for _ in range(wanted)]
        finally:
            await consumer.stop()
        return [(each.partition, each.key, each.value) for each in found]

    return asyncio.run(records())


@pytest.mark.broker
def test_lines_arrive_unchanged_keyed_and_in_order(
    broker: Broker, deploy: Callable[[], Deployed], tmp_path: Path
) -> None:
    contracts, config = deploy()
    events = [{"type": "track", "userId": f"u-{n % 7}", "event": f"E{n}"} for n in range(50)]
    odd = [b"not json", b'{"type": "track"}', b'{"anonymousId": "a-1"}']
    plain = tmp_path / "events.ndjson"
    plain.write_bytes(b"\n".join(map(orjson.dumps, events)))
    packed = tmp_path / "odd.ndjson.gz"
    packed.write_bytes(gzip.compress(b"\n".join(odd)))

    result = run(str(plain), str(packed), "--config", config)
    assert result.exit_code == 0, result.output
    assert "sent 53 events" in result.stdout

    found = read(broker.bootstrap, contracts["segment.events"].topic)
    assert sorted(str(value) for _, _, value in found) == sorted(
        str(value) for value in [*map(orjson.dumps, events), *odd]
    )
    for user in range(7):
        mine = [(partition, value) for partition, key, value in found if key == f"u-{user}".encode()]
        assert {partition for partition, _ in mine} == {partition_of(f"u-{user}", PARTITIONS)}
        assert [value for _, value in mine] == [
            orjson.dumps(event) for event in events if event["userId"] == f"u-{user}"
        ]
    assert (partition_of("a-1", PARTITIONS), b"a-1", odd[2]) in found
    for raw in odd[:2]:
        assert (partition_of_bytes(raw, PARTITIONS), None, raw) in found


@pytest.mark.broker
def test_reporting_webhooks_from_standard_input(broker: Broker, deploy: Callable[[], Deployed]) -> None:
    contracts, config = deploy()
    webhook = orjson.dumps(
        {"event_id": "e", "object_type": "email", "metric": "sent", "timestamp": 1, "data": {"delivery_id": "d"}}
    )
    result = run("-", "--topic", "reporting.events", "--config", config, "--json", stdin=webhook + b"\n[]\n")
    assert result.exit_code == 0, result.output
    summary = msgspec.json.decode(result.stdout, type=JsonObject)
    assert (summary["sent"], summary["refused"], summary["topic"]) == (2, 0, contracts["reporting.events"].topic)
    found = read(broker.bootstrap, contracts["reporting.events"].topic)
    assert {(key, value) for _, key, value in found} == {(b"delivery:d", webhook), (None, b"[]")}


@pytest.mark.broker
def test_many_and_large_events_are_delivered_and_too_large_ones_named(
    broker: Broker, deploy: Callable[[], Deployed], tmp_path: Path
) -> None:
    contracts, config = deploy()
    limit = contracts["segment.events"].max_message_bytes
    path = tmp_path / "events.ndjson"
    with path.open("wb") as file:
        for n in range(6_000):
            file.write(b'{"userId": "u-%d", "n": %d}\n' % (n, n))
        for user in range(6):
            file.write(b'{"userId": "u-%d", "text": "%s"}\n' % (user, b"x" * (limit - 3000)))
        file.write(b'"%s"\n{"userId": "last"}\n' % (b"x" * limit))
    result = run(str(path), "--config", config)
    assert result.exit_code == 1
    assert "sent 6,007 events" in result.stdout
    assert f"{path}:6007: longer than the topic takes" in result.stderr
    assert len(read(broker.bootstrap, contracts["segment.events"].topic)) == 6_007


@pytest.mark.broker
def test_without_topics_it_says_what_to_do(broker: Broker, tmp_path: Path) -> None:
    (tmp_path / "events.ndjson").write_text("{}\n")
    config = configuration(tmp_path, broker.bootstrap, f"test-{uuid4().hex}")
    result = run(str(tmp_path / "events.ndjson"), "--config", config)
    assert result.exit_code == 1
    assert "does not exist" in result.stderr
    assert "segment-worker topics apply" in result.stderr


def test_without_a_broker_it_says_what_to_do(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("worker.cli.send._PATIENCE_SECONDS", 0.3)
    (port,) = free_ports(1)
    (tmp_path / "events.ndjson").write_text("{}\n")
    config = configuration(tmp_path, f"{HOST}:{port}", "test")
    result = run(str(tmp_path / "events.ndjson"), "--config", config, "--json")
    assert result.exit_code == 1
    assert f"no Kafka answers at {HOST}:{port}" in str(msgspec.json.decode(result.stdout, type=JsonObject)["error"])


@pytest.mark.broker
def test_a_pipe_is_sent(broker: Broker, deploy: Callable[[], Deployed], tmp_path: Path) -> None:
    contracts, config = deploy()
    pipe, file = tmp_path / "pipe", tmp_path / "events.ndjson"
    os.mkfifo(pipe)
    file.write_text('{"userId": "b"}')
    writer = Thread(target=pipe.write_bytes, args=(b'{"userId": "a"}\n',), daemon=True)
    writer.start()
    result = run(str(pipe), str(file), "/dev/null", "--config", config)
    writer.join(5)
    assert result.exit_code == 0, result.output
    assert "sent 2 events" in result.stdout
    assert {key for _, key, _ in read(broker.bootstrap, contracts["segment.events"].topic)} == {b"a", b"b"}


def test_a_directory_is_called_one(tmp_path: Path) -> None:
    result = run(str(tmp_path))
    assert result.exit_code == 2
    assert "is a directory" in result.output


@pytest.mark.parametrize("arguments", [[], ["missing.ndjson"], ["-", "--topic", "people"], ["-", "--nonsense"]])
def test_wrong_use_is_exit_code_2(arguments: list[str]) -> None:
    assert run(*arguments).exit_code == 2


def test_what_can_not_be_sent_is_told_before_anything_is(tmp_path: Path) -> None:
    long = tmp_path / ("x" * 300)
    for path, told in (
        (tmp_path / "none", "there is no file"),
        (tmp_path, "is a directory"),
        (long, "File name too long"),
    ):
        refused = run(str(path))
        assert refused.exit_code == 2
        assert told in " ".join(refused.stderr.replace("│", " ").split())
