import socket
import threading

import pytest

from tests.support.broker import Broker
from worker.local.ports import HOST, free_ports, is_free
from worker.local.probe import brokers_alive


def test_nobody_there() -> None:
    (port,) = free_ports(1)
    assert brokers_alive(HOST, port) == 0


@pytest.mark.parametrize("answer", [b"", b"HTTP/1.1 400 Bad Request\r\n\r\n", b"\0" * 12])
def test_one_who_is_no_kafka(answer: bytes) -> None:
    with socket.create_server((HOST, 0)) as server:

        def serve() -> None:
            connection, _ = server.accept()
            with connection:
                connection.recv(1024)
                connection.sendall(answer)

        thread = threading.Thread(target=serve)
        thread.start()
        assert brokers_alive(HOST, server.getsockname()[1]) == 0
        thread.join()


def test_one_who_never_answers() -> None:
    with socket.create_server((HOST, 0)) as server:
        assert brokers_alive(HOST, server.getsockname()[1], timeout_seconds=0.1) == 0


@pytest.mark.broker
def test_a_kafka(broker: Broker) -> None:
    host, port = broker.bootstrap.split(":")
    assert brokers_alive(host, int(port)) >= 1


def test_free_ports_differ_and_are_free() -> None:
    ports = free_ports(20)
    assert len(set(ports)) == 20
    assert all(is_free(port) for port in ports)
    with socket.create_server((HOST, 0)) as server:
        assert not is_free(server.getsockname()[1])
