"""Records that several tables have: pages of large collections, and calls that wait.

Every value is bounded, so a collection is spread over pages (worker/workspace/pages.py) and each waiting call is a
record of its own (worker/workspace/queues.py).
"""

from typing import TypeAlias

from msgspec import Struct

from worker.workspace.messages.calls import AddDevice, Erase, Event, Identify, Merge, Relate, RemoveDevice, Unrelate
from worker.workspace.messages.merging import MergeInto
from worker.workspace.messages.people import Ask


class Names(Struct, frozen=True, array_like=True, tag="names", gc=False):
    """A page of a set of names, each with a short note."""

    entries: dict[str, str]


class Digests(Struct, frozen=True, array_like=True, tag="digests", gc=False):
    """A page of a set of events, each 12 bytes of a hash, in order of arrival."""

    entries: bytes


class Queue(Struct, frozen=True, array_like=True, gc=False):
    """What waits has the numbers from `first` to before `end`."""

    first: int = 0
    end: int = 0

    def __len__(self) -> int:
        return self.end - self.first


WaitingCall: TypeAlias = (
    Event | Identify | Relate | Unrelate | AddDevice | RemoveDevice | Merge | Erase | Ask | MergeInto
)


class Waiting(Struct, frozen=True, array_like=True, tag="waiting", gc=False):
    """A call that waits."""

    call: WaitingCall
