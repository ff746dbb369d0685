"""The messages of topic devices. `cio_id` is the profile that the call was of."""

from typing import TypeAlias

from msgspec import Struct

from worker.workspace.messages.cause import Cause
from worker.workspace.wire import WireObject


class SeenWith(Struct, frozen=True, array_like=True, tag="seen_with", kw_only=True, gc=False):
    """The person used the device at `at`; `last_used` is that time as shown (both unix seconds)."""

    to: str
    cause: Cause
    at: float
    token: str
    cio_id: str
    platform: str
    last_used: int | float
    attributes: WireObject


class Dropped(Struct, frozen=True, array_like=True, tag="dropped", kw_only=True, gc=False):
    """The person removed the device at `at` (unix seconds)."""

    to: str
    cause: Cause
    at: float
    token: str
    cio_id: str


class OwnerMerged(Struct, frozen=True, array_like=True, tag="owner_merged", kw_only=True, gc=False):
    """The profile was merged into `into`."""

    to: str
    cause: Cause
    token: str
    cio_id: str
    into: str


class OwnerGone(Struct, frozen=True, array_like=True, tag="owner_gone", kw_only=True, gc=False):
    """The profile was deleted."""

    to: str
    cause: Cause
    token: str
    cio_id: str


DevicesMessage: TypeAlias = SeenWith | Dropped | OwnerMerged | OwnerGone
"""Every message of topic devices."""
