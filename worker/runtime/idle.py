"""How much of its time an event loop has nothing to do."""

import asyncio
import time
from collections.abc import Callable
from typing import Any, Self


class Idle:
    """Stands before the selector of a loop and counts how long it waits; asyncio itself tells nobody.

    Processor time would not do: a worker that waits for a processor which others use has no time to spare.
    """

    def __init__(self, select: Callable[[float | None], Any]) -> None:
        self._select = select
        self.seconds = 0.0
        """Waited so far."""

    def __call__(self, timeout: float | None = None) -> Any:
        """Wait as the selector does."""
        began = time.monotonic()
        try:
            return self._select(timeout)
        finally:
            self.seconds += time.monotonic() - began

    @classmethod
    def of(cls, loop: asyncio.AbstractEventLoop) -> Self:
        """That of `loop`, from the first call on; of a loop that has no selector it counts nothing."""
        selector = getattr(loop, "_selector", None)
        if selector is None:
            return cls(lambda _: None)
        if not isinstance(selector.select, cls):
            selector.select = cls(selector.select)
        return selector.select
