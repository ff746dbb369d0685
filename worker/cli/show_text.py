"""People, objects and reasons as text: tables with colour on a terminal, plain and unwrapped in a pipe."""

from collections.abc import Mapping, Sequence
from typing import cast

import msgspec
from rich.table import Table
from rich.text import Text

from worker.cli.tables import add_row, new_table, print_all, print_facts, shown_time
from worker.jsontypes import Json, JsonObject
from worker.text import printable
from worker.view.read.documents import Activity, Cause, Device, Member, Object, ObjectLine, Person, PersonLine, Value
from worker.view.read.documents import Relationship as Related
from worker.view.read.why import AttributeHistory, Step

_TOLD_BY_SUBJECT = ("type", "version", "cause", "cio_id")
_LONGEST = 120


def print_people(found: Sequence[PersonLine]) -> None:
    """A list of people."""
    table = new_table("id", "email", "cio_id", "created")
    for each in found:
        add_row(table, each.id, each.email, each.cio_id, shown_time(each.created))
    print_all(table if found else "nobody yet")


def print_objects(found: Sequence[ObjectLine]) -> None:
    """A list of objects."""
    table = new_table("type", "type's name", "object", "people", numbers=["people"])
    for each in found:
        add_row(table, each.object_type_id, each.type_name, each.object_id, f"{each.people:,}")
    print_all(table if found else "no objects yet")


def print_person(found: Person) -> None:
    """All about a person."""
    totals = found.totals
    print_facts(
        ("id", found.id),
        ("email", found.email),
        ("cio_id", found.cio_id),
        ("created", shown_time(found.created)),
        ("identified", "yes" if found.identified else "no"),
        ("merged from", _cut(", ".join(found.merged), totals.merged, len(found.merged))),
        ("anonymous ids", _cut(", ".join(found.anonymous_ids), totals.anonymous_ids, len(found.anonymous_ids))),
        ("events", f"{totals.events:,}"),
    )
    _attributes(found.attributes)
    _section("devices", totals.devices, _devices(found.devices), len(found.devices))
    _section("relationships", totals.relationships, _relationships(found.relationships), len(found.relationships))
    _activities(found.activities)


def print_object(found: Object) -> None:
    """All about an object."""
    print_facts(
        ("object", found.object_id),
        ("type", found.object_type_id + (f" ({found.type_name})" if found.type_name else "")),
        ("created", _cause(found.created)),
    )
    _attributes(found.attributes)
    _section("people", found.people_total, _members(found.people), len(found.people))
    _activities(found.activities)


def print_why(found: Sequence[AttributeHistory] | Sequence[Activity]) -> None:
    """What decided something, the newest first."""
    if not any(isinstance(each, Activity) or each.steps for each in found):
        print_all("nothing is known of that")
    for each in found:
        if isinstance(each, AttributeHistory):
            table = new_table("what", "value", "before", "event's time", "by event", "why")
            times = {step.by.message_id: step.by.time for step in each.steps}
            for step in each.steps:
                add_row(
                    table,
                    step.outcome,
                    _json(step.value),
                    _json(step.before),
                    shown_time(step.by.time),
                    step.by.message_id,
                    _reason(step, times),
                )
            _section(f"attribute {each.attribute}", None, table, len(each.steps))
    activities = [each for each in found if isinstance(each, Activity)]
    if activities:
        print_all(_activity_table(activities))


def print_changes(found: Sequence[Activity]) -> None:
    """Changes, each with the subject in whose log the view shows it."""
    table = new_table("whose", "activity", "what")
    for one in found:
        add_row(table, one.subject, one.type, describe(one))
    if found:
        print_all(table)


def print_refusals(found: Sequence[Activity]) -> None:
    """Refused changes of anybody, the newest first."""
    table = new_table("event's time", "whose", "activity", "what", "by event")
    for one in found:
        add_row(table, shown_time(one.cause.time), one.subject, one.type, describe(one), one.cause.message_id)
    print_all(table if found else "nothing was refused")


def describe(activity: Activity) -> str:
    """What a change says, in a line, without what stands beside it."""
    told = cast("JsonObject", msgspec.to_builtins(activity.change))
    said = {name: value for name, value in told.items() if name not in _TOLD_BY_SUBJECT and value not in (None, [], {})}
    return _short(" ".join(f"{name}={_json(value)}" for name, value in said.items()))


def _reason(step: Step, times: Mapping[str, float]) -> str:
    said = [
        step.reason if step.winner is None else _won(step.winner, times.get(step.winner), step.by),
        None if step.merged_from is None else f"merged from {step.merged_from}",
        None if step.profile is None else f"of the merged {step.profile}",
    ]
    return ", ".join(one for one in said if one is not None)


def _won(winner: str, time: float | None, lost: Cause) -> str:
    """Why `winner` won; its time is not known where its own step is not shown."""
    if time is None:
        return f"{winner} goes before"
    newer = (time, winner) > (lost.time, lost.message_id)
    return f"{winner} is newer" if newer else f"{winner} goes before, by a merge"


def _attributes(attributes: Mapping[str, Value]) -> None:
    table = new_table("name", "value", "event's time", "set by event")
    for name, one in attributes.items():
        by = one.set_by.message_id if one.set_by else "?"
        merged = f" (merged from {one.merged_from})" if one.merged_from else ""
        add_row(table, name, _json(one.value), shown_time(one.set_by.time if one.set_by else None), by + merged)
    _section("attributes", len(attributes), table, len(attributes))


def _devices(devices: Sequence[Device]) -> Table:
    table = new_table("token", "platform", "last used", "attributes")
    for one in devices:
        add_row(table, one.token, one.platform, shown_time(one.last_used), _json(one.attributes))
    return table


def _relationships(relationships: Sequence[Related]) -> Table:
    table = new_table("type", "object", "since", "attributes")
    for one in relationships:
        add_row(table, one.object_type_id, one.object_id, _cause(one.since), _json(_plain(one.attributes)))
    return table


def _members(members: Sequence[Member]) -> Table:
    table = new_table("id", "email", "cio_id", "attributes")
    for one in members:
        add_row(table, one.id, one.email, one.cio_id, _json(_plain(one.attributes)))
    return table


def _activities(activities: Sequence[Activity]) -> None:
    if activities:
        _section("last activities", None, _activity_table(activities), len(activities))


def _activity_table(activities: Sequence[Activity]) -> Table:
    table = new_table("event's time", "activity", "what", "by event")
    for one in activities:
        add_row(table, shown_time(one.cause.time), one.type, describe(one), one.cause.message_id)
    return table


def _plain(attributes: Mapping[str, Value]) -> JsonObject:
    return {name: one.value for name, one in attributes.items()}


def _section(name: str, total: int | None, table: Table, shown: int) -> None:
    if not shown:
        return
    count = "" if total is None else f" ({total:,})" if total == shown else f" ({shown:,} of {total:,})"
    print_all("", Text(f"{printable(name)}{count}", style="bold cyan"), table)


def _cut(text: str, total: int, shown: int) -> str | None:
    if not total:
        return None
    return text if shown == total else f"{text} … ({total:,} in all)"


def _cause(cause: Cause | None) -> str:
    return "" if cause is None else f"{shown_time(cause.time)} by {cause.message_id}"


def _json(value: Json) -> str:
    return "" if value is None else _short(msgspec.json.encode(value).decode())


def _short(text: str) -> str:
    return text if len(text) <= _LONGEST else text[: _LONGEST - 1] + "…"
