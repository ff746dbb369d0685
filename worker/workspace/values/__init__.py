"""What the four tables hold: one tagged union a table; `records` has what tables share."""

from worker.workspace.values.anonymous import AnonymousValue
from worker.workspace.values.devices import DevicesValue
from worker.workspace.values.objects import ObjectsValue
from worker.workspace.values.people import PeopleValue

__all__ = ["AnonymousValue", "DevicesValue", "ObjectsValue", "PeopleValue"]
