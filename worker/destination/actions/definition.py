"""What an action is: its fields with their default mapping, and the pure function from mapped fields to commands."""

from collections.abc import Callable
from typing import TypeAlias

import msgspec
from msgspec import Struct

from worker.destination.command import Command
from worker.destination.numbers import as_seconds
from worker.destination.settings import ActionSettings
from worker.jsontypes import Json, JsonObject
from worker.segment.fields import Field

Build: TypeAlias = Callable[..., list[Command]]
"""The workspace's settings, the time (unix seconds) where one is needed and missing, and the inputs → commands.

The inputs are the action's fields, coerced to their types, None where absent; as each action has its own, the type of a
Build says nothing of them. Raises Rejected. The inputs belong to the event and may not be changed.
"""


AsNumber: TypeAlias = Callable[[Json], int | float | None]
"""A value → the number that it is for a field; None if it is none."""


class MappedField(Struct, frozen=True, kw_only=True):
    """A field of an action and where its value comes from unless a subscription says otherwise.

    `ours` is the reason why the field is in our action though not in Segment's catalogue, else None. A `lenient` one
    counts as absent where its value has a wrong type, so that it never costs an event that Segment accepts.
    `number` makes of a value the number that it stays though the type is string; None where no value stays one. Fields
    for times have it: Segment makes text of their numbers (known deviations id_created_num, id_timestamp_num).
    """

    field: Field
    default: Json
    ours: str | None = None
    lenient: bool = False
    number: AsNumber | None = None


class Action(Struct, frozen=True, kw_only=True):
    """One action of the destination.

    `trigger` is the FQL of its automatic preset. `takes` are the fields in the order in which `build` takes them, where
    that is not the order of `fields`. `batches` is false where Segment's action refuses batches.
    `or_anonymous` names a required field that is not required where `anonymous_id` is given.
    """

    key: str
    title: str
    trigger: str
    fields: tuple[MappedField, ...]
    build: Build
    takes: tuple[str, ...] = ()
    batches: bool = True
    or_anonymous: str | None = None

    @property
    def inputs(self) -> tuple[MappedField, ...]:
        """The fields that `build` takes, in its order: all but those that are Segment's business only."""
        own = {mapped.field.name: mapped for mapped in self.fields if mapped not in BATCHING}
        return tuple(own[name] for name in self.takes or own)

    def default_mapping(self, settings: ActionSettings) -> JsonObject:
        """The mapping of a preset nobody edited, in a workspace with these settings."""
        mapping: JsonObject = {mapped.field.name: mapped.default for mapped in self.fields}
        if "convert_timestamp" in mapping:
            mapping["convert_timestamp"] = settings.convert_timestamps
        return mapping


def path(where: str) -> JsonObject:
    """The mapping that takes the value at `where` in the event."""
    return {"@path": f"$.{where}"}


def first_of(where: str, otherwise: str) -> JsonObject:
    """The mapping that takes the value at `where` if there is one, else the one at `otherwise`."""
    return {"@if": {"exists": path(where), "then": path(where), "else": path(otherwise)}}


def string(name: str, label: str, default: Json, *, required: bool = False) -> MappedField:
    """A string field."""
    return MappedField(field=Field(name=name, label=label, type="string", required=required), default=default)


def object_(name: str, label: str, default: Json) -> MappedField:
    """An object field."""
    return MappedField(field=Field(name=name, label=label, type="object"), default=default)


def time(name: str, label: str, default: Json, number: AsNumber = as_seconds) -> MappedField:
    """A string field for a time."""
    return MappedField(field=Field(name=name, label=label, type="string"), default=default, number=number)


def ours(mapped: MappedField, why: str, *, lenient: bool = False) -> MappedField:
    """The field, marked as not in Segment's catalogue, and why we have it."""
    return msgspec.structs.replace(mapped, ours=why, lenient=lenient)


ANONYMOUS_ID = string("anonymous_id", "Anonymous ID", path("anonymousId"))
EVENT_ID = string("event_id", "Event ID", path("messageId"))
TIMESTAMP = time("timestamp", "Timestamp", path("timestamp"))
"""The root timestamp of a command, which is unix seconds whatever `convert_timestamp` says (`values.timestamp`)."""
DATA = object_("data", "Event Attributes", path("properties"))
CONVERT_TIMESTAMP = MappedField(
    field=Field(name="convert_timestamp", label="Convert Timestamps", type="boolean"), default=True
)
BATCHING = (
    MappedField(field=Field(name="enable_batching", label="Enable Batching", type="boolean"), default=True),
    MappedField(field=Field(name="batch_size", label="Batch Size", type="number", minimum=2, maximum=100), default=50),
)
"""Every action has these two. They are Segment's business: checked for their errors, and otherwise unused."""


def fields(*own: MappedField) -> tuple[MappedField, ...]:
    """An action's fields: its own and those every action has."""
    return (*own, *BATCHING)
