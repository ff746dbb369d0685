"""Commits of several partitions in one request.

A coordinator takes the requests of a connection one after the other. Of a dozen partitions, each of which commits as it
goes on, most would wait for the others' requests: here what is to be committed while one is under way goes together
with the next.
"""

import asyncio
from collections.abc import Awaitable, Callable, Mapping

Send = Callable[[int, Mapping[int, int]], Awaitable[None]]
"""Commits in a generation the next offsets, by partition."""


class _Round:
    """What goes in one request. `task` ends when that is answered."""

    def __init__(self, generation: int) -> None:
        self.generation = generation
        self.offsets: dict[int, int] = {}
        self.task: asyncio.Task[None] | None = None


class SharedCommits:
    """Sends one request at a time; each `commit` ends as the request does that its offset went with."""

    def __init__(self, send: Send) -> None:
        self._send = send
        self._one_at_a_time = asyncio.Lock()
        self._next: _Round | None = None
        self._tasks: set[asyncio.Task[None]] = set()

    async def commit(self, generation: int, number: int, next_offset: int) -> None:
        """Commit `next_offset` of partition `number`, which is ours in `generation`. Raises what `send` does."""
        turn = self._next
        if turn is None or turn.generation != generation:
            turn = self._next = _Round(generation)
        turn.offsets[number] = next_offset
        if turn.task is None:
            turn.task = asyncio.create_task(self._go(turn))
            self._tasks.add(turn.task)
            turn.task.add_done_callback(self._ended)
        await asyncio.shield(turn.task)  # it is others' request, too

    async def close(self) -> None:
        """Give up the requests that nobody waits for any more."""
        tasks = [*self._tasks]
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)

    async def _go(self, turn: _Round) -> None:
        async with self._one_at_a_time:
            if self._next is turn:
                self._next = None
            await self._send(turn.generation, turn.offsets)

    def _ended(self, task: asyncio.Task[None]) -> None:
        self._tasks.discard(task)
        if not task.cancelled():
            task.exception()  # whoever was to hear of it may be gone
