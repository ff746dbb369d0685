"""What was refused to a person stays refused when the call that asked for it is repeated (DESIGN section 6.1)."""

from typing import Final

from msgspec.structs import replace

from worker.workspace.registers import NEVER
from worker.workspace.values.people import Profile
from worker.workspace.wire import Stamp

REFUSED_MAX: Final = 16
"""How many refusals a profile remembers."""


def was_refused(profile: Profile, what: str, stamp: Stamp) -> bool:
    """Whether a call of `stamp`, or a newer one, was refused `what`: a handle, or a merge (`merge_of`)."""
    return stamp <= profile.refused.get(what, NEVER)


def with_refused(profile: Profile, what: str, stamp: Stamp) -> Profile:
    """The profile, which remembers the refusal."""
    stamp = max(stamp, profile.refused.get(what, NEVER))
    kept = [(name, one) for name, one in profile.refused.items() if name != what][1 - REFUSED_MAX :]
    return replace(profile, refused={**dict(kept), what: stamp})


def merge_of(secondary: str) -> str:
    """Under which name the refusal of a merge is remembered."""
    return f"merge {secondary}"
