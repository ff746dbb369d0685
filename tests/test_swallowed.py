"""The fixture that every test has: what asyncio swallows fails the test."""

import asyncio

from tests.support.swallowed import Swallowed


async def _fails() -> None:
    raise ValueError("lost")


async def test_the_error_of_a_task_that_nobody_asks_is_seen(swallowed: Swallowed) -> None:
    task = asyncio.create_task(_fails())
    await asyncio.sleep(0)
    await asyncio.sleep(0)
    del task
    (error,) = swallowed.errors()
    assert "ValueError('lost')" in error
    swallowed.forget()


async def test_also_when_the_task_is_in_a_cycle(swallowed: Swallowed) -> None:
    task = asyncio.create_task(_fails())
    cycle: list[object] = [task]
    cycle.append(cycle)
    await asyncio.sleep(0)
    await asyncio.sleep(0)
    del task, cycle
    (error,) = swallowed.errors()
    assert "ValueError('lost')" in error
    swallowed.forget()


async def test_an_error_in_a_callback_is_seen(swallowed: Swallowed) -> None:
    asyncio.get_running_loop().call_soon(lambda: 1 / 0)
    await asyncio.sleep(0)
    await asyncio.sleep(0)
    (error,) = swallowed.errors()
    assert "ZeroDivisionError" in error
    swallowed.forget()


async def test_errors_that_are_retrieved_are_none(swallowed: Swallowed) -> None:
    task = asyncio.create_task(_fails())
    await asyncio.wait([task])
    assert isinstance(task.exception(), ValueError)
    del task
    assert swallowed.errors() == []
