"""Asks a Kafka broker whether it serves, with nothing but a socket (so that no event loop or client is needed)."""

import socket
import struct

_METADATA = 3  # Kafka protocol: API key of Metadata; version 1 knows "no topics"
_VERSION = 1
_CORRELATION = 7
_CLIENT = b"segment-worker"


def brokers_alive(host: str, port: int, timeout_seconds: float = 2.0) -> int:
    """How many brokers the one at `host`:`port` counts as alive: 0 while it starts or when nobody answers.

    A broker is counted once it may serve (KRaft: unfenced), which is later than its port being open.
    """
    body = struct.pack(">hhih", _METADATA, _VERSION, _CORRELATION, len(_CLIENT)) + _CLIENT + struct.pack(">i", 0)
    try:
        with socket.create_connection((host, port), timeout_seconds) as connection:
            connection.settimeout(timeout_seconds)
            connection.sendall(struct.pack(">i", len(body)) + body)
            answer = _read(connection, 12)  # size, correlation id, length of the brokers array
    except OSError:
        return 0
    if len(answer) < 12:
        return 0
    _, correlation, brokers = struct.unpack(">iii", answer)
    return max(0, brokers) if correlation == _CORRELATION else 0


def _read(connection: socket.socket, size: int) -> bytes:
    data = b""
    while len(data) < size and (chunk := connection.recv(size - len(data))):
        data += chunk
    return data
