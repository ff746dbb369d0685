"""An event loop whose clock jumps to the next timer instead of waiting for it.

Whole workers run on it in milliseconds, in an order that depends on nothing but the program. When nothing is left that
could ever happen, `Deadlock` is raised, so that no test hangs.
"""

import asyncio
import contextlib
import selectors
import time
from collections.abc import Callable, Coroutine, Iterator
from typing import Any, TypeVar

import pytest
from faust.transport import consumer

from worker.runtime import pulse, watchdog

ResultT = TypeVar("ResultT")


class Deadlock(AssertionError):
    """Everything waits for something that will never come."""


class _Selector(selectors.SelectSelector):
    loop: "VirtualTimeLoop"

    def select(self, timeout: float | None = None) -> list[tuple[selectors.SelectorKey, int]]:
        ready = super().select(0)
        if not ready:
            if timeout is None:
                raise Deadlock("nothing is left that could happen")
            self.loop.now += max(0.0, timeout)
        return ready


class VirtualTimeLoop(asyncio.SelectorEventLoop):
    """Time starts at 1000 s and moves only when everything waits."""

    def __init__(self) -> None:
        self.now = 1000.0
        selector = _Selector()
        selector.loop = self
        super().__init__(selector)

    def time(self) -> float:
        return self.now


class Clock:
    """Stands in for the module `time` where the runtime reads a clock."""

    CLOCK_BOOTTIME = time.CLOCK_BOOTTIME

    @staticmethod
    def monotonic() -> float:
        return asyncio.get_running_loop().time()

    @staticmethod
    def clock_gettime(_clock: int) -> float:
        return asyncio.get_running_loop().time()


class _NoCollector:
    @staticmethod
    def collect() -> None:
        return None


def stand_still(seconds: float) -> None:
    """The whole process is suspended for so long, as by SIGSTOP or a sleeping laptop."""
    loop = asyncio.get_running_loop()
    assert isinstance(loop, VirtualTimeLoop)
    loop.now += seconds


@contextlib.contextmanager
def _runtime_on_virtual_clock() -> Iterator[None]:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(pulse, "time", Clock)
        patch.setattr(watchdog, "time", Clock)
        patch.setattr(consumer, "gc", _NoCollector)  # Faust collects garbage whenever it waits for streams
        yield


def run(main: Coroutine[Any, Any, ResultT], loop_factory: Callable[[], VirtualTimeLoop] = VirtualTimeLoop) -> ResultT:
    """`asyncio.run` in virtual time."""
    with _runtime_on_virtual_clock(), asyncio.Runner(loop_factory=loop_factory) as runner:
        return runner.run(main)
