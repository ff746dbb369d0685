"""The values of table anonymous."""

from typing import TypeAlias

from msgspec import Struct

from worker.workspace.facts import Facts
from worker.workspace.values.records import Digests, Queue, Waiting
from worker.workspace.wire import Stamp


class Linked(Struct, frozen=True, array_like=True, gc=False):
    """A person was identified with the anonymousId, first at `first`, and nobody else for some time.

    `again` are the last of its identifies after that: there somebody's late identify in between would end. `gone_at`:
    the person was deleted then (unix seconds); what came up to then is forgotten. `origin`: the profile it was before
    merges, empty if that is `cio_id`.
    """

    first: Stamp
    again: list[Stamp]
    cio_id: str
    gone_at: float | None = None
    origin: str = ""

    @property
    def last(self) -> Stamp:
        """Its last identify."""
        return self.again[-1] if self.again else self.first


class Anonymous(Struct, frozen=True, array_like=True, tag="anonymous", gc=False):
    """An anonymousId (key `anonymous:…`).

    `links` in order of time. Events wait in `events`, other calls in `calls`; `seen` pages have all that came.
    While a flush goes on, it takes what has numbers before `flush_events` and `flush_calls`; what is of a time before
    `oldest` is dropped.
    """

    links: list[Linked] = []
    events: Queue = Queue()
    calls: Queue = Queue()
    seen: int = 0
    flush_events: int = 0
    flush_calls: int = 0
    oldest: float = 0.0
    facts: Facts = Facts()

    @property
    def waiting(self) -> int:
        """How many calls wait."""
        return self.events.end - self.events.first + self.calls.end - self.calls.first

    @property
    def flushing(self) -> bool:
        """Whether a flush is going on."""
        return self.events.first < self.flush_events or self.calls.first < self.flush_calls


AnonymousValue: TypeAlias = Anonymous | Waiting | Digests
"""Every value of table anonymous."""
