import asyncio
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from uuid import uuid4

import pytest
from aiokafka import AIOKafkaConsumer, AIOKafkaProducer, TopicPartition

from tests.support.admin import administering, create_topic
from tests.support.broker import Broker
from worker.local.broker import LocalBroker, new_cluster_id
from worker.local.errors import LocalKafkaError
from worker.local.ports import HOST, free_ports, is_free
from worker.local.probe import brokers_alive

pytestmark = pytest.mark.broker


async def send(bootstrap: str, topic: str, value: bytes) -> None:
    producer = AIOKafkaProducer(bootstrap_servers=bootstrap, acks="all")
    await producer.start()
    try:
        await producer.send_and_wait(topic, value, partition=1)
    finally:
        await producer.stop()


async def read_all(bootstrap: str, topic: str) -> list[bytes]:
    consumer = AIOKafkaConsumer(bootstrap_servers=bootstrap, auto_offset_reset="earliest")
    await consumer.start()
    try:
        consumer.assign([TopicPartition(topic, 1)])
        end = (await consumer.end_offsets([TopicPartition(topic, 1)]))[TopicPartition(topic, 1)]
        return [(await consumer.getone()).value for _ in range(end)]
    finally:
        await consumer.stop()


async def test_it_keeps_what_is_sent(broker: Broker) -> None:
    topic = f"test-{uuid4().hex}"
    await create_topic(broker.bootstrap, topic, 2)
    await send(broker.bootstrap, topic, b"one")
    await send(broker.bootstrap, topic, b"two")
    assert await read_all(broker.bootstrap, topic) == [b"one", b"two"]


async def test_topics_are_never_created_by_themselves(broker: Broker) -> None:
    async with administering(broker.bootstrap) as admin:
        missing = f"test-{uuid4().hex}"
        described = await admin.describe_topics([missing])
        assert described[0]["error_code"] == 3  # unknown topic
        assert missing not in await admin.list_topics()


async def test_data_survives_a_restart_on_the_same_port(own_broker: Callable[[], LocalBroker]) -> None:
    broker = own_broker()
    bootstrap, first_pid = broker.bootstrap, broker.pid
    await create_topic(bootstrap, "kept", 2)
    await send(bootstrap, "kept", b"before")
    broker.stop()
    broker.start()
    assert broker.bootstrap == bootstrap
    assert broker.pid != first_pid
    assert await read_all(bootstrap, "kept") == [b"before"]
    broker.stop()
    assert broker.pid is None
    assert is_free(broker.node.port)


async def test_data_survives_a_crash(own_broker: Callable[[], LocalBroker]) -> None:
    broker = own_broker()
    await create_topic(broker.bootstrap, "kept", 2)
    await send(broker.bootstrap, "kept", b"before")
    assert broker.pid is not None
    os.kill(broker.pid, signal.SIGKILL)
    while broker.pid:
        await asyncio.sleep(0.01)
    assert brokers_alive(HOST, broker.node.port) == 0
    broker.start()
    assert await read_all(broker.bootstrap, "kept") == [b"before"]


def test_it_ends_when_its_owner_is_killed(tmp_path: Path) -> None:
    program = (
        "import sys, time\n"
        "from pathlib import Path\n"
        "from worker.local.broker import LocalBroker\n"
        "broker = LocalBroker(Path(sys.argv[1]), quick_start=True)\n"
        "broker.start()\n"
        "print(broker.node.port, flush=True)\n"
        "time.sleep(60)\n"
    )
    owner = subprocess.Popen([sys.executable, "-c", program, str(tmp_path)], stdout=subprocess.PIPE)
    assert owner.stdout
    with owner.stdout as output:
        port = int(output.readline())
    assert brokers_alive(HOST, port) == 1
    owner.send_signal(signal.SIGKILL)
    owner.wait()
    deadline = time.monotonic() + 20
    while not is_free(port) and time.monotonic() < deadline:
        time.sleep(0.1)
    assert is_free(port)


def test_a_directory_may_be_called_anything(tmp_path: Path) -> None:
    directory = tmp_path / "Jürgen's, 50 % of \\u0041 ${x}" / "kafka"
    broker = LocalBroker(directory, quick_start=True)
    for _ in range(2):
        with broker:
            assert brokers_alive(HOST, broker.node.port) == 1
    assert (directory / "data" / "meta.properties").exists()
    assert (directory / "kafka.log").stat().st_size
    assert [each.name for each in tmp_path.iterdir()] == [directory.parent.name]


def test_cluster_ids_differ_and_never_look_like_an_option() -> None:
    made = {new_cluster_id() for _ in range(1000)}
    assert len(made) == 1000
    assert all(len(each) == 22 and not each.startswith("-") for each in made)


def test_a_port_in_use_is_said_at_once(tmp_path: Path) -> None:
    port, controller_port = free_ports(2)
    with socket.create_server((HOST, port)), pytest.raises(LocalKafkaError, match=f"port {port} .* in use") as raised:
        LocalBroker(tmp_path, port=port, controller_port=controller_port).start()
    assert "another port" in raised.value.hint


def test_an_unusable_directory_is_said(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("no directory")
    with pytest.raises(LocalKafkaError, match="can't use"):
        LocalBroker(tmp_path / "file").start()


def test_a_full_disk_is_said(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("worker.local.broker._FREE_DISK_MB", 10**12)
    with pytest.raises(LocalKafkaError, match="MB of disk are free") as raised:
        LocalBroker(tmp_path).start()
    assert "free at least" in raised.value.hint


def test_a_broker_that_dies_while_starting_shows_why(tmp_path: Path) -> None:
    broker = LocalBroker(tmp_path, heap_mb=1)
    with pytest.raises(LocalKafkaError, match="heap"):
        broker.start()
    assert broker.pid is None
