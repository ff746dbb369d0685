"""What profiles and handles say to each other when one person is merged into another, on topic people.

How they belong together is told in worker/workspace/people/__init__.py.
"""

from typing import Literal, TypeAlias

from msgspec import Struct

from worker.workspace.attributes import Attributes
from worker.workspace.messages.calls import Identify, Request
from worker.workspace.messages.cause import Cause
from worker.workspace.registers import Register
from worker.workspace.wire import Stamp

Half: TypeAlias = Literal["", "id", "email"]
"""What a person has who has only an id, or only an email; empty if both, or neither, or if it does not matter."""

MergeOutcome: TypeAlias = Literal["unknown", "suppressed", "deleted", "declined"]


class MergeInto(Request, frozen=True, array_like=True, tag="merge_into", kw_only=True):
    """Merge into the profile `target`. Goes to the handle `secondary` and on to its owner.

    `half` is set for the two halves of a person (auto_merge): the profile agrees only if it has nothing but what that
    names. Then `promised` is what the target has promised itself to, and `identify` the call that goes on afterwards.
    """

    at: float
    target: str
    primary: str
    secondary: str
    half: Half = ""
    promised: str = ""
    identify: Identify | None = None
    via: str = ""


class MergeAnswer(Struct, frozen=True, array_like=True, tag="merge_answer", kw_only=True, gc=False):
    """Why nothing was merged into the receiver: who `secondary` names."""

    to: str
    cause: Cause
    at: float
    primary: str
    secondary: str
    outcome: MergeOutcome
    promised: str = ""
    identify: Identify | None = None


class Absorb(Struct, frozen=True, array_like=True, tag="absorb", kw_only=True, gc=False):
    """The profile `origin` is merged into the receiver; this is what it was, but for what follows in pages.

    It ends the promise to `promised` (auto_merge). `again` and `outdone` serve merges that run in a circle, see
    worker/workspace/people/circles.py. `level`: how many levels its own merges have taken (people/lineage.py).
    `own_handles` are those of id and email, with their notes.
    """

    to: str
    cause: Cause
    at: float
    origin: str
    promised: str
    again: bool
    outdone: bool
    rank: int
    level: int
    created: float
    identified: bool
    id: str | None
    id_at: Stamp
    email: str | None
    email_at: Stamp
    own_handles: dict[str, str]
    attributes: Attributes


class Absorbed(Struct, frozen=True, array_like=True, tag="absorbed", kw_only=True, gc=False):
    """The receiver's Absorb, which had come back to it, was taken in by somebody: it is no longer on its way."""

    to: str
    cause: Cause


class AbsorbNames(Struct, frozen=True, array_like=True, tag="absorb_names", kw_only=True, gc=False):
    """A page of names of the merged profile `origin`: handles, with its `rank`, refusals, anonymousIds or devices."""

    to: str
    cause: Cause
    origin: str
    kind: Literal["handles", "refused", "anonymous", "devices"]
    names: dict[str, str]
    rank: int = 0


class AbsorbSeen(Struct, frozen=True, array_like=True, tag="absorb_seen", kw_only=True, gc=False):
    """A page of the events that the merged profile has counted."""

    to: str
    cause: Cause
    digests: bytes


class AbsorbRelationship(Struct, frozen=True, array_like=True, tag="absorb_relationship", kw_only=True, gc=False):
    """A relationship of the merged profile `origin`, or that it ended."""

    to: str
    cause: Cause
    origin: str
    name: str
    relationship: Register
