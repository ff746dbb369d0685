"""Waiting for brokers has an end."""

import asyncio
import time

import pytest

from worker.runtime import connect
from worker.runtime.connect import await_brokers
from worker.runtime.connection import Connection
from worker.runtime.errors import BrokerUnreachable


async def test_one_that_takes_connections_and_never_answers_is_not_waited_for_longer(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    async def silent(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.read()
        writer.close()

    monkeypatch.setattr(connect, "_REFUSAL_S", 0.5)
    async with await asyncio.start_server(silent, "127.0.0.1", 0) as server:
        port = server.sockets[0].getsockname()[1]
        begun = time.monotonic()
        with pytest.raises(BrokerUnreachable, match=r"no Kafka broker answers at .+ \(no answer\)"):
            await await_brokers(Connection((f"127.0.0.1:{port}",)), 2.0)
    assert time.monotonic() - begun < 5, "an attempt of its own would take 8 s"
