"""The 15 actions of the Customer.io destination, by key (segment_actions.md 1.2 to 1.6)."""

from types import MappingProxyType
from typing import Final

from worker.destination.actions.create_update_object import CREATE_UPDATE_OBJECT
from worker.destination.actions.create_update_person import CREATE_UPDATE_PERSON
from worker.destination.actions.definition import Action, Build, MappedField
from worker.destination.actions.devices import CREATE_UPDATE_DEVICE, DELETE_DEVICE
from worker.destination.actions.events import TRACK_EVENT, TRACK_PAGE_VIEW, TRACK_SCREEN_VIEW
from worker.destination.actions.merge_people import MERGE_PEOPLE
from worker.destination.actions.object_removal import DELETE_OBJECT, DELETE_RELATIONSHIP
from worker.destination.actions.person_removal import DELETE_PERSON, SUPPRESS_PERSON, UNSUPPRESS_PERSON
from worker.destination.actions.reports import REPORT_CONTENT_EVENT, REPORT_DELIVERY_EVENT

__all__ = ["ACTIONS", "Action", "Build", "MappedField"]

ACTIONS: Final = MappingProxyType(
    {
        action.key: action
        for action in (
            CREATE_UPDATE_PERSON,
            CREATE_UPDATE_DEVICE,
            DELETE_DEVICE,
            DELETE_RELATIONSHIP,
            DELETE_PERSON,
            DELETE_OBJECT,
            TRACK_EVENT,
            TRACK_PAGE_VIEW,
            TRACK_SCREEN_VIEW,
            CREATE_UPDATE_OBJECT,
            MERGE_PEOPLE,
            SUPPRESS_PERSON,
            UNSUPPRESS_PERSON,
            REPORT_DELIVERY_EVENT,
            REPORT_CONTENT_EVENT,
        )
    }
)
"""Every action by its key, in the order of Segment's presets."""
