"""Where a consumer begins to read what it did not seek: all its partitions are asked about together.

Worked around here (aiokafka 0.14.0): it asks what was committed of one partition after the other, and reads none of
their broker's meanwhile, a changelog neither. Dozens of questions are nothing beside a broker, and a quarter of a
minute at a third of a second away.
"""

import asyncio
from collections.abc import Sequence
from typing import Any

from aiokafka import TopicPartition
from aiokafka.consumer import consumer, fetcher


def ask_together() -> None:
    """From now on, let all consumers of this process ask so."""
    vars(consumer).update(Fetcher=_Fetcher)


class _Fetcher(fetcher.Fetcher):  # type: ignore[misc]  # aiokafka has no types
    async def _update_fetch_positions(self, assignment: Any, node_id: int, tps: Sequence[TopicPartition]) -> bool:
        """Take the committed offsets as positions; aiokafka does what is left, and finds nothing to ask for."""
        states = [state for state in map(assignment.state_value, tps) if _is_lost(state)]
        try:
            found = await asyncio.gather(*(state.fetch_committed() for state in states))
        except asyncio.CancelledError:
            return False  # as aiokafka does: the assignment is over
        for state, committed in zip(states, found, strict=True):
            if not _is_lost(state):  # it was sought meanwhile
                continue
            if committed.offset != fetcher.UNKNOWN_OFFSET:
                state.reset_to(committed.offset)
            elif self._default_reset_strategy != fetcher.OffsetResetStrategy.NONE:
                state.await_reset(self._default_reset_strategy)
        needs_wakeup: bool = await super()._update_fetch_positions(assignment, node_id, tps)
        return needs_wakeup


def _is_lost(state: Any) -> bool:
    return not (state.has_valid_position or state.awaiting_reset)
