"""The destination's 21 presets: ready-made subscriptions (segment_actions.md 1.2)."""

from types import MappingProxyType
from typing import Final

from msgspec import Struct

from worker.destination.actions import ACTIONS
from worker.destination.actions.person_removal import DELETE_PERSON


class Preset(Struct, frozen=True, kw_only=True):
    """A ready-made subscription: an action with a name and a trigger, and the action's default mapping.

    The 15 automatic presets, one an action, have a trigger and are enabled unless the configuration says otherwise.
    The six of other Segment products have `event_slug`, the product's name of what starts them, and no trigger:
    whoever enables one says which events it is for.
    """

    name: str
    action: str
    trigger: str | None = None
    event_slug: str | None = None


def _specific(name: str, action: str, event_slug: str) -> Preset:
    return Preset(name=name, action=action, event_slug=event_slug)


PRESETS: Final = MappingProxyType(
    {
        preset.name: preset
        for preset in (
            *(Preset(name=action.title, action=action.key, trigger=action.trigger) for action in ACTIONS.values()),
            _specific("Associated Entity Added", "trackEvent", "warehouse_entity_added_track"),
            _specific("Associated Entity Removed", "trackEvent", "warehouse_entity_removed_track"),
            _specific("Entities Audience Entered", "trackEvent", "warehouse_audience_entered_track"),
            _specific("Entities Exited", "trackEvent", "warehouse_audience_exited_track"),
            _specific(
                "Entities Audience Membership Changed",
                "createUpdatePerson",
                "warehouse_audience_membership_changed_identify",
            ),
            _specific("Journeys Step Transition Track", "trackEvent", "journeys_step_entered_track"),
        )
    }
)
"""All presets by name, in Segment's order."""

DELETION_REQUEST: Final = Preset(name="Segment Deletion Request", action=DELETE_PERSON.key, trigger='type = "delete"')
"""What Segment calls `onDelete`: who is deleted in Segment is deleted here too (segment_destination.txt, Suppression
and Deletion).

It is no preset of the catalogue and always on.
"""
