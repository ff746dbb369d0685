"""Asking a cluster of which a broker may be away: aiokafka's admin client asks any one it knows of, and only once."""

import asyncio
import time
from collections.abc import Awaitable, Callable
from typing import TypeVar

from aiokafka.errors import KafkaError

AnswerT = TypeVar("AnswerT")

_AGAIN_S = 0.5


async def patiently(ask: Callable[[], Awaitable[AnswerT]], patience_s: float) -> AnswerT:
    """The answer to `ask`, which is asked again for `patience_s` seconds.

    Raises:
        KafkaError: the last one when these have passed, or one that asking again does not help.
    """
    deadline = time.monotonic() + patience_s
    while True:
        try:
            return await ask()
        except KafkaError as error:
            if not error.retriable or time.monotonic() > deadline:
                raise
            await asyncio.sleep(_AGAIN_S)
