"""What the loop shuffles, what it does not, and that it finds what asyncio's own order hides."""

import asyncio

from tests.support import shuffled_loop, virtual_time

SEEDS = range(30)


async def _committed() -> int:
    """A mistake: tasks that wait for a broker commit offsets, trusting that the last to wait goes on last."""
    committed, connected = [0], asyncio.Event()

    async def commit(offset: int) -> None:
        await connected.wait()
        committed[0] = offset

    commits = [asyncio.create_task(commit(offset)) for offset in (1, 2)]
    await asyncio.sleep(0.01)
    connected.set()
    await asyncio.gather(*commits)
    return committed[0]


async def _order_of_tasks() -> list[int]:
    order: list[int] = []

    async def note(number: int) -> None:
        order.append(number)

    await asyncio.gather(*(note(number) for number in range(6)))
    return order


async def _order_of_callbacks() -> list[int]:
    order: list[int] = []
    loop = asyncio.get_running_loop()
    for number in range(50):
        loop.call_soon(order.append, number)
    await asyncio.sleep(1)
    return order


async def _slept(seconds: float) -> float:
    loop = asyncio.get_running_loop()
    begun = loop.time()
    await asyncio.sleep(seconds)
    return loop.time() - begun


def test_tasks_go_on_in_an_order_that_the_seed_draws() -> None:
    orders = [shuffled_loop.run(_order_of_tasks(), seed) for seed in SEEDS]
    assert len({*map(tuple, orders)}) > len(SEEDS) / 2
    assert all(sorted(order) == list(range(6)) for order in orders)
    assert orders == [shuffled_loop.run(_order_of_tasks(), seed) for seed in SEEDS]


def test_callbacks_keep_their_order() -> None:
    for seed in SEEDS:
        assert shuffled_loop.run(_order_of_callbacks(), seed) == list(range(50))


def test_timers_come_late_and_never_early() -> None:
    slept = [shuffled_loop.run(_slept(1.0), seed) for seed in SEEDS]
    assert all(1.0 <= seconds < 1.1 for seconds in slept)
    assert max(slept) > 1.001


def test_a_race_that_asyncio_s_own_order_hides_is_found() -> None:
    assert virtual_time.run(_committed()) == 2
    assert {shuffled_loop.run(_committed(), seed) for seed in SEEDS} == {1, 2}
