"""What the agents say to each other through the four keyed topics: one tagged union a topic."""

from typing import TypeAlias

from worker.workspace.messages.anonymous import AnonymousMessage
from worker.workspace.messages.cause import Cause, place_id
from worker.workspace.messages.devices import DevicesMessage
from worker.workspace.messages.objects import ObjectsMessage
from worker.workspace.messages.people import PeopleMessage

Message: TypeAlias = AnonymousMessage | DevicesMessage | ObjectsMessage | PeopleMessage
"""Every message; `to` is the key of the subject that it is for, by which it finds its partition."""

__all__ = ["AnonymousMessage", "Cause", "DevicesMessage", "Message", "ObjectsMessage", "PeopleMessage", "place_id"]
