"""What the stand-in has accepted."""

from collections import deque
from collections.abc import Callable

from msgspec import Struct

from worker.jsontypes import JsonObject

KEPT = 10_000


class Arrival(Struct, frozen=True):
    """An accepted event. `request` counts requests; `at` is when that one arrived, unix seconds."""

    request: int
    at: float
    event: JsonObject
    acknowledged: bool
    """Whether the sender was told; not so when the answer was lost on purpose."""

    @property
    def message_id(self) -> str:
        """Its messageId, "" without one."""
        return str(self.event.get("messageId") or "")


class Recorder:
    """Keeps the last `keep` accepted events, in order of arrival, and counts all."""

    def __init__(self, keep: int = KEPT, on_event: Callable[[JsonObject], None] | None = None) -> None:
        self.arrivals: deque[Arrival] = deque(maxlen=keep)
        self.accepted = 0
        self.requests = 0
        self.refused = 0
        self._on_event = on_event

    def take(self, events: tuple[JsonObject, ...], at: float, *, acknowledged: bool) -> None:
        """Note accepted events of the current request."""
        self.accepted += len(events)
        for event in events:
            self.arrivals.append(Arrival(self.requests, at, event, acknowledged))
            if self._on_event is not None:
                self._on_event(event)
