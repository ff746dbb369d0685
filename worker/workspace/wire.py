"""The types of user JSON inside typed structs.

To mypy they are what worker.jsontypes says; msgspec reads them as Any, since it knows no recursive aliases.
"""

from typing import TYPE_CHECKING, Any, TypeAlias

if TYPE_CHECKING:
    from worker.jsontypes import Json as WireJson
    from worker.jsontypes import JsonObject as WireObject
else:
    WireJson: TypeAlias = Any
    WireObject: TypeAlias = dict[str, Any]

__all__ = ["Stamp", "WireJson", "WireObject"]

Stamp: TypeAlias = tuple[float, str]
"""When something was said, for the last writer to win: (event time in unix seconds, messageId)."""
