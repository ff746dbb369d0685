"""The values of table devices."""

from typing import TypeAlias

from msgspec import Struct

from worker.jsontypes import JsonObject
from worker.workspace.attributes import Attributes
from worker.workspace.facts import Facts
from worker.workspace.registers import NEVER
from worker.workspace.wire import Stamp


class Device(Struct, frozen=True, array_like=True, tag="device", gc=False):
    """A device (key `device:…`): it belongs to who used it last, unless that person removed it afterwards.

    `used` is the stamp of the newest use, shown as `last_used`, and `owner` whose it was. By profile: `attributes` are
    those it has set, of which the holder's are shown, and `removals` its newest removal, with which its own attributes
    went that are not newer.
    """

    owner: str = ""
    used: Stamp = NEVER
    last_used: int | float = 0
    platform: str = ""
    attributes: dict[str, Attributes] = {}
    removals: dict[str, Stamp] = {}
    facts: Facts = Facts()

    @property
    def held_by(self) -> str:
        """The profile it belongs to, empty if nobody's."""
        removal = self.removals.get(self.owner)
        return "" if removal is not None and removal[0] >= self.used[0] else self.owner

    def attributes_of(self, cio_id: str) -> JsonObject:
        """The attributes that a profile has set."""
        attributes = self.attributes.get(cio_id)
        return {} if attributes is None else attributes.shown()


DevicesValue: TypeAlias = Device
"""Every value of table devices."""
