"""Our table of actions and presets against Segment's, field by field; where they differ on purpose, exactly there."""

import pytest

from tests.destination.recorded import load, object_of, objects
from worker.destination.actions import ACTIONS, MappedField
from worker.destination.presets import PRESETS
from worker.destination.settings import ActionSettings
from worker.jsontypes import JsonObject

RECORDED = object_of(load("customerio_definition.json"))
RECORDED_ACTIONS = object_of(RECORDED["actions"])

OTHER_DEFAULTS = {("createUpdatePerson", "id")}
"""An email trait that is no address must not become an id (known deviation id_trait_email_num)."""

TRACK_ONLY = {
    "createUpdateDevice": 'type = "track" and ({})',
    "deleteDevice": 'type = "track" and ({})',
    "deleteRelationship": 'type = "track" and {}',
    "deletePerson": 'type = "track" and {}',
    "deleteObject": 'type = "track" and {}',
    "suppressPerson": 'type = "track" and {}',
    "unsuppressPerson": 'type = "track" and {}',
    "reportDeliveryEvent": 'type = "track" and {}',
    "reportContentEvent": 'type = "track" and {}',
}
"""Triggers that ask for a track event, which Segment's forget (known deviations pg_with_event, dv_identify_typed)."""


def catalogue(mapped: MappedField) -> JsonObject:
    """A field as Segment's catalogue writes it, without descriptions."""
    field = mapped.field
    entry: JsonObject = {"label": field.label, "type": field.type}
    if field.required:
        entry["required"] = True
    if field.choices:
        entry["choices"] = list(field.choices)
    if field.minimum is not None:
        entry["minimum"] = field.minimum
    if field.maximum is not None:
        entry["maximum"] = field.maximum
    entry["default"] = mapped.default
    return entry


def recorded_field(action: str, name: str) -> JsonObject:
    field = dict(object_of(object_of(object_of(RECORDED_ACTIONS[action])["fields"])[name]))
    del field["description"]
    field.pop("format", None)
    if field.get("required") is False:
        del field["required"]
    if "choices" in field:
        field["choices"] = [choice["value"] for choice in objects(field["choices"])]
    return field


def test_the_actions_are_segments_15() -> None:
    assert set(ACTIONS) == set(RECORDED_ACTIONS)
    assert len(ACTIONS) == 15


@pytest.mark.parametrize("key", ACTIONS)
def test_an_action_is_as_in_the_catalogue(key: str) -> None:
    action, recorded = ACTIONS[key], object_of(RECORDED_ACTIONS[key])
    assert action.title == recorded["title"]
    assert action.batches is recorded["hasPerformBatch"]
    trigger = str(recorded["defaultSubscription"])
    assert action.trigger == TRACK_ONLY.get(key, "{}").format(trigger)


@pytest.mark.parametrize("key", ACTIONS)
def test_the_fields_are_as_in_the_catalogue(key: str) -> None:
    theirs = object_of(object_of(RECORDED_ACTIONS[key])["fields"])
    own = {mapped.field.name: mapped for mapped in ACTIONS[key].fields}
    assert {name for name, mapped in own.items() if mapped.ours is None} == set(theirs)
    for name in theirs:
        entry, recorded = catalogue(own[name]), recorded_field(key, name)
        if (key, name) in OTHER_DEFAULTS:
            assert entry.pop("default") != recorded.pop("default")
        assert entry == recorded, name


def test_the_presets_are_segments_21() -> None:
    recorded = objects(RECORDED["presets"])
    assert [preset["name"] for preset in recorded] == list(PRESETS)
    for theirs in recorded:
        own = PRESETS[str(theirs["name"])]
        assert own.action == theirs["partnerAction"]
        assert own.event_slug == theirs.get("eventSlug")
        assert (own.trigger is None) is (theirs["type"] == "specificEvent")
        mapping = ACTIONS[own.action].default_mapping(ActionSettings())
        ours = {mapped.field.name for mapped in ACTIONS[own.action].fields if mapped.ours is not None}
        other = {name for action, name in OTHER_DEFAULTS if action == own.action}
        shown = {name: value for name, value in mapping.items() if name not in ours | other}
        assert shown == {name: value for name, value in object_of(theirs["mapping"]).items() if name not in other}


def test_a_workspace_can_switch_the_conversion_of_times_off() -> None:
    off = ActionSettings(convert_timestamps=False)
    assert ACTIONS["trackEvent"].default_mapping(off)["convert_timestamp"] is False
    assert "convert_timestamp" not in ACTIONS["mergePeople"].default_mapping(off)
