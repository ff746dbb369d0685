"""Report Delivery Event and Report Content Event: what became of a message, or of content shown to somebody."""

from math import floor
from typing import Literal

from msgspec import UNSET

from worker.destination.actions import identity
from worker.destination.actions.definition import (
    ANONYMOUS_ID,
    CONVERT_TIMESTAMP,
    DATA,
    TIMESTAMP,
    Action,
    MappedField,
    fields,
    ours,
    path,
    string,
)
from worker.destination.actions.values import converted, timestamp, with_anonymous_id
from worker.destination.command import Command
from worker.destination.numbers import as_seconds
from worker.destination.settings import ActionSettings
from worker.jsontypes import Json, JsonObject
from worker.segment.fields import Field
from worker.segment.timestamps import to_unix_timestamp

METRICS = ("delivered", "opened", "clicked", "converted", "spammed", "bounced", "dropped", "deferred")
CONTENT_ACTIONS = ("viewed_content", "clicked_content")


def build_delivery(
    settings: ActionSettings,
    time: float,
    delivery_id: str,
    metric: str,
    recipient: str | None,
    reason: str | None,
    href: str | None,
    action_name: str | None,
    action_value: str | None,
    when: Json,
) -> list[Command]:
    """delivery/report: the body of a request to v1/metrics."""
    metadata: JsonObject = {}
    if action_name is not None:
        metadata["action_name"] = action_name
    if action_value is not None:
        metadata["action_value"] = action_value
    return [
        Command(
            type="delivery",
            action="report",
            delivery_id=delivery_id,
            metric=metric,
            timestamp=_seconds(when, time),
            recipient=UNSET if recipient is None else recipient,
            reason=UNSET if reason is None else reason,
            href=UNSET if href is None else href,
            metadata=metadata or UNSET,
        )
    ]


def _seconds(value: Json, otherwise: float) -> int | float:
    if isinstance(value, str):
        read = to_unix_timestamp(value)
        if isinstance(read, int):  # the seconds of a date, which no number of milliseconds is
            return read
        try:
            value = float(value)
        except ValueError:
            return floor(otherwise)
    if not isinstance(value, (int, float)) or value != value:
        return floor(otherwise)
    whole = as_seconds(value)
    return value if whole is None else whole


def build_content(
    settings: ActionSettings,
    time: float,
    anonymous_id: str | None,
    action: Literal["viewed_content", "clicked_content"],
    when: str | int | None,
    data: JsonObject | None,
    convert_timestamp: bool | None,
    person_id: str | None,
) -> list[Command]:
    """person/viewed_content or person/clicked_content, of the person where known (known deviation rc_clicked_user)."""
    identifiers = identity.person(settings, person_id, anonymous_id)
    attributes = (
        UNSET
        if data is None
        else converted({name: value for name, value in data.items() if name != "actionType"}, convert_timestamp)
    )
    return [
        Command(
            type="person",
            action=action,
            identifiers=identifiers,
            name=action,
            attributes=with_anonymous_id(attributes, anonymous_id, identifiers),
            timestamp=timestamp(when),
        )
    ]


def _choice(name: str, label: str, default: Json, choices: tuple[str, ...]) -> MappedField:
    return MappedField(
        field=Field(name=name, label=label, type="string", required=True, choices=choices), default=default
    )


REPORT_DELIVERY_EVENT = Action(
    key="reportDeliveryEvent",
    title="Report Delivery Event",
    trigger='type = "track" and event = "Report Delivery Event"',
    fields=fields(
        string("delivery_id", "Delivery ID", path("properties.deliveryId"), required=True),
        _choice("metric", "Metric", path("properties.metric"), METRICS),
        string("recipient", "Recipient", path("properties.recipient")),
        string("reason", "Reason", path("properties.reason")),
        string("href", "Href", path("properties.href")),
        string("action_name", "Action Name", path("properties.actionName")),
        string("action_value", "Action Value", path("properties.actionValue")),
        MappedField(field=Field(name="timestamp", label="Timestamp", type="datetime"), default=path("timestamp")),
    ),
    build=build_delivery,
    batches=False,
)

REPORT_CONTENT_EVENT = Action(
    key="reportContentEvent",
    title="Report Content Event",
    trigger='type = "track" and event = "Report Content Event"',
    fields=fields(
        ANONYMOUS_ID,
        _choice("actionType", "Action Type", path("properties.actionType"), CONTENT_ACTIONS),
        TIMESTAMP,
        DATA,
        CONVERT_TIMESTAMP,
        ours(
            string("person_id", "Person ID", path("userId")),
            "an identified person's content event is that person's (known deviation rc_clicked_user)",
        ),
    ),
    build=build_content,
)
