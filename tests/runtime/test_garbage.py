"""Reference cycles are found, and only by `collect_garbage` while it runs."""

import asyncio
import gc
import weakref

import pytest

from tests.support.cluster import until
from worker.runtime import garbage
from worker.runtime.beside import beside


class Cycle:
    """Refers to itself."""

    def __init__(self) -> None:
        self.me = self


def unexpected(problem: Exception) -> None:
    """Nothing may go wrong here."""
    raise problem


async def test_cycles_are_found_now_and_then(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(garbage, "EVERY_S", 0.01)
    async with beside(unexpected, garbage.collect_garbage):
        await asyncio.sleep(0)
        assert not gc.isenabled()
        gone = weakref.ref(Cycle())
        await until(lambda: gone() is None)


async def test_python_looks_by_itself_again_afterwards() -> None:
    frozen = gc.get_freeze_count()
    async with beside(unexpected, garbage.collect_garbage):
        await asyncio.sleep(0)
        assert gc.get_freeze_count() > frozen
    assert gc.isenabled()
    assert gc.get_freeze_count() == 0
