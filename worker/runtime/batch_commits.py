"""What is done of each partition, and committing it.

Replaced here, because of what faust-streaming 0.15.3 does:
* a stream acks what it skips at a rebalance, so that unprocessed records may be committed: `done` alone moves the
  offset to be committed, and it is called after a batch was written;
* acked offsets are kept one by one, with gaps: batches of a partition are done in order, so one offset is enough;
* `_committed_offset` moves even when a commit failed, and each commit draws a table for a log that nobody asked for.
"""

from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from faust.transport.consumer import Consumer
from faust.types import TP, Message


class BatchCommits(Consumer):
    """A mixin for the consumer of any transport."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._done: dict[TP, int] = {}
        """The next offset after what is done in this generation."""

    def done(self, message: Message) -> None:
        """All records of the batch `message` are applied: its offset may be committed."""
        if message.generation_id == self.app.consumer_generation_id:
            self._done[message.tp] = message.offset + 1

    def committed_offset(self, tp: TP) -> int:
        """The next offset to be read by whoever gets the partition; 0 before the first commit."""
        return self._committed_offset[tp] or 0

    def _filter_tps_with_pending_acks(self, topics: Any = None) -> Iterator[TP]:
        """All that anything was done of: nobody here asks for some topics only."""
        return iter(list(self._done))

    def _filter_committable_offsets(self, tps: Iterable[TP]) -> dict[TP, int]:
        return {tp: self._done[tp] for tp in tps if self._done[tp] > (self._committed_offset[tp] or 0)}

    async def _commit_offsets(self, offsets: Mapping[TP, int], start_new_transaction: bool = True) -> bool:
        assigned = self.assignment()
        owned = {tp: offset for tp, offset in offsets.items() if tp in assigned and tp in self._done}
        if not owned or not await self._commit(owned):
            return False
        self._committed_offset.update(owned)
        return True

    def verify_event_path(self, now: float, tp: TP) -> None:
        """Nothing: what Faust would look at is not kept here, and the watchdog looks at progress itself."""
