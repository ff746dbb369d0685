"""A client hangs up, whenever it is told to. Worked around here (aiokafka 0.14.0):

Nobody but `bootstrap()` knows the connection to the first broker that it asks. Cancelled, it leaves it open, until it
is collected as garbage.

`close()` cancels the task that keeps the metadata up to date, and waits for it. Where an answer comes in the same
moment, `asyncio.wait_for()` (Python 3.11) returns that, the cancellation is forgotten, and the waiting has no end.
"""

import asyncio
from contextvars import ContextVar

from aiokafka import client
from aiokafka.client import AIOKafkaClient
from aiokafka.conn import AIOKafkaConnection

_create_conn, _bootstrap, _close = client.create_conn, AIOKafkaClient.bootstrap, AIOKafkaClient.close
_asked: ContextVar[list[AIOKafkaConnection]] = ContextVar("_asked")
_AGAIN_S = 0.1


def hang_up_our_way() -> None:
    """From now on, let all clients of this process do so."""
    client.create_conn = _noted
    AIOKafkaClient.bootstrap = _bootstrap_or_hang_up
    AIOKafkaClient.close = _end_and_close


async def _noted(*where: object, **how: object) -> AIOKafkaConnection:
    connection = await _create_conn(*where, **how)
    if "on_close" not in how:  # which every other connection has
        _asked.get([]).append(connection)
    return connection


async def _bootstrap_or_hang_up(self: AIOKafkaClient) -> None:
    asked: list[AIOKafkaConnection] = []
    token = _asked.set(asked)
    try:
        await _bootstrap(self)
    except BaseException:
        for connection in asked:
            connection.close()
        raise
    finally:
        _asked.reset(token)


async def _end_and_close(self: AIOKafkaClient) -> None:
    task = self._sync_task
    try:
        while task is not None and not task.done():
            task.cancel()
            await asyncio.wait([task], timeout=_AGAIN_S)
    finally:
        await _close(self)
