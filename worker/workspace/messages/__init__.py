"""What the agents say to each other through the four keyed topics: one tagged union a topic."""

from worker.workspace.messages.anonymous import AnonymousMessage
from worker.workspace.messages.cause import Cause
from worker.workspace.messages.devices import DevicesMessage
from worker.workspace.messages.objects import ObjectsMessage
from worker.workspace.messages.people import PeopleMessage

__all__ = ["AnonymousMessage", "Cause", "DevicesMessage", "ObjectsMessage", "PeopleMessage"]
