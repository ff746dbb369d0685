"""The messages of topic anonymous."""

from typing import TypeAlias

from msgspec import Struct

from worker.workspace.messages.calls import AnonymousCall
from worker.workspace.messages.cause import Cause


class Under(Struct, frozen=True, array_like=True, tag="under", kw_only=True, gc=False):
    """A call under an anonymousId alone, whose person may be unknown. Its `to` is the anonymousId's key.

    `returned`: it had been passed on to a person who was gone by then, and comes for the second time, but is no repeat.
    """

    to: str
    cause: Cause
    call: AnonymousCall
    returned: bool = False


class Link(Struct, frozen=True, array_like=True, tag="link", kw_only=True, gc=False):
    """The profile `cio_id` was identified with this anonymousId at `at` (unix seconds)."""

    to: str
    cause: Cause
    at: float
    cio_id: str


class Unlink(Struct, frozen=True, array_like=True, tag="unlink", kw_only=True, gc=False):
    """The profile `cio_id` was deleted at `at`: what came up to then is to be forgotten with it."""

    to: str
    cause: Cause
    at: float
    cio_id: str


class LinkMoved(Struct, frozen=True, array_like=True, tag="link_moved", kw_only=True, gc=False):
    """The profile `cio_id` was merged into `into`."""

    to: str
    cause: Cause
    cio_id: str
    into: str


class ContinueFlush(Struct, frozen=True, array_like=True, tag="continue_flush", kw_only=True, gc=False):
    """Go on with what waits under the anonymousId."""

    to: str
    cause: Cause


AnonymousMessage: TypeAlias = Under | Link | Unlink | LinkMoved | ContinueFlush
"""Every message of topic anonymous."""
