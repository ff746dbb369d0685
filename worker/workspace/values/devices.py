"""The values of table devices."""

from typing import TypeAlias

from msgspec import Struct

from worker.workspace.attributes import Attributes
from worker.workspace.facts import Facts
from worker.workspace.registers import NEVER
from worker.workspace.wire import Stamp


class Device(Struct, frozen=True, array_like=True, tag="device", gc=False):
    """A device (key `device:…`): it belongs to who used it last, unless that person removed it afterwards.

    `used` is the stamp of the newest use, shown as `last_used`, and `owner` whose it was; `removals` has the newest
    removal by each profile that could still matter; attributes not newer than `floor` are gone with a removal.
    """

    owner: str = ""
    used: Stamp = NEVER
    last_used: int | float = 0
    platform: str = ""
    attributes: Attributes = Attributes()
    removals: dict[str, Stamp] = {}
    floor: Stamp = NEVER
    facts: Facts = Facts()

    @property
    def held_by(self) -> str:
        """The profile it belongs to, empty if nobody's."""
        removal = self.removals.get(self.owner)
        return "" if removal is not None and removal[0] >= self.used[0] else self.owner


DevicesValue: TypeAlias = Device
"""Every value of table devices."""
