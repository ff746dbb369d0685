"""The values of table people."""

from typing import Literal, TypeAlias

from msgspec import Struct

from worker.workspace.attributes import Attributes
from worker.workspace.registers import NEVER, Register
from worker.workspace.values.records import Digests, Names, Queue, Waiting
from worker.workspace.wire import Stamp


class Handle(Struct, frozen=True, array_like=True, tag="handle", gc=False):
    """An id or an email (keys `id:…`, `email:…`); where there is none it is free.

    `cio_id` is the owner; of a pending one the person it may become; of a suppressed handle the profile that was
    suppressed, empty if there was none. Calls of times up to `cleared_at` (None: never) are ignored: there was a
    deletion or a suppression. `rank` is the highest of those who have owned it. `formers` are the last who have
    given it up since, each with a time: calls of times up to that one, and after the one before, are theirs. In `calls`
    wait those that came while it was pending; in `groups` those that need an identified person, of which there is none.
    `seen` pages have the events that came, and the merges and identifies that were refused here.
    """

    status: Literal["free", "owned", "pending", "suppressed"] = "free"
    cio_id: str = ""
    cleared_at: float | None = None
    rank: int = 0
    formers: list[tuple[str, float]] = []
    calls: Queue = Queue()
    groups: Queue = Queue()
    seen: int = 0


class Profile(Struct, frozen=True, array_like=True, tag="profile", gc=False):
    """A person (key `cio:…`). The attributes are in a record of their own.

    `id` and `email` are as last given, set by the calls of `id_at` and `email_at`. `promised` is the profile with which
    this one is being merged as the other half of the person (auto_merge). `rank` is higher than any earlier owner of
    its handles has had, and `level` is how many levels merges have taken. `handles` and the numbers after it are how
    many pages those collections have; `handles` are the keys that lead here besides id and email, with notes
    (worker/workspace/people/lineage.py), `refused` are handles and merges, each with the newest call that was refused.
    """

    cio_id: str
    created: float
    identified: bool = False
    id: str | None = None
    id_at: Stamp = NEVER
    email: str | None = None
    email_at: Stamp = NEVER
    promised: str = ""
    rank: int = 0
    level: int = 0
    handles: int = 0
    anonymous: int = 0
    devices: int = 0
    relationships: int = 0
    seen: int = 0
    refused: int = 0
    groups: Queue = Queue()


class Merged(Struct, frozen=True, array_like=True, tag="merged", gc=False):
    """Where a person was who is merged into `into`: what is addressed to it goes there.

    `home`: its state came back to it, since it was merged in a circle. The rest is what is still to be moved, page by
    page.
    """

    cio_id: str
    into: str
    home: bool = False
    anonymous: int = 0
    devices: int = 0
    relationships: int = 0
    groups: Queue = Queue()


class Gone(Struct, frozen=True, array_like=True, tag="gone", gc=False):
    """Where a person was who was deleted at `at`; a suppressed one keeps its handles, to free them again.

    `suppressed_at` is the time of the newest suppression: an older unsuppression does not lift it. The rest is what is
    still to be forgotten, page by page.
    """

    cio_id: str
    at: float
    suppressed_at: float | None
    rank: int
    id: str | None = None
    email: str | None = None
    handles: int = 0
    anonymous: int = 0
    devices: int = 0
    relationships: int = 0
    seen: int = 0
    refused: int = 0
    groups: Queue = Queue()


class PersonAttributes(Struct, frozen=True, array_like=True, tag="attributes", gc=False):
    """A person's attributes."""

    attributes: Attributes


PeopleValue: TypeAlias = Handle | Profile | Merged | Gone | PersonAttributes | Register | Names | Digests | Waiting
"""Every value of table people; a Register is a relationship."""
