"""The event tester's lines for single actions."""

from collections.abc import Callable

import msgspec

from worker.destination.actions import ACTIONS, Action
from worker.destination.command import Command, request_body
from worker.destination.compiled import Run, compile_action
from worker.destination.errors import Rejected
from worker.destination.settings import ActionSettings
from worker.jsontypes import Json, JsonObject
from worker.segment.fields import InvalidFields
from worker.segment.mapping import MappingError
from worker.segment.timestamps import to_unix_timestamp

NO_BATCHES = "This action does not support batched requests."
"""Segment's words where an action takes events one by one only."""


def answer_action(request: JsonObject, clock: Callable[[], float]) -> JsonObject:
    """`{"action", "mapping", "settings", "events", "mode", "now"?}` → `{"commands"}` or `{"error"}`.

    For mode `batch` also `"results"`, one an event. Without a mapping the action's default mapping is used. Of the
    settings those of a workspace count that the actions read. `clock` gives unix seconds, for a request without `now`
    (unix ms).
    """
    action = ACTIONS.get(str(request.get("action")))
    if action is None:
        return {"error": f"There is no action {request.get('action')!r}; there are {', '.join(ACTIONS)}."}
    events = request.get("events")
    if not isinstance(events, list):
        return {"error": "events must be a list of events."}
    try:
        settings = _settings(request.get("settings"))
        run = compile_action(action, _mapping(request, action, settings), settings)
    except (MappingError, msgspec.ValidationError) as error:
        return {"error": str(error)}
    now = request.get("now")
    arrival = now / 1000 if isinstance(now, (int, float)) else clock()
    if request.get("mode") == "batch":
        return _batch(action, run, events, arrival)
    commands: list[Command] = []
    for event in events:
        made = _commands(run, event, arrival)
        if isinstance(made, str):
            return {"error": made}
        commands += made
    return {"commands": _bodies(commands)}


def _batch(action: Action, run: Run, events: list[Json], arrival: float) -> JsonObject:
    results: list[Json] = []
    commands: list[Command] = []
    for event in events:
        made = _commands(run, event, arrival) if action.batches else NO_BATCHES
        if isinstance(made, str):
            results.append({"error": made})
        else:
            results.append({"commands": _bodies(made)})
            commands += made
    if not action.batches:
        return {"error": NO_BATCHES, "results": results}
    # Segment sends the group calls of anonymous people as a batch of their own, after the others (segment_actions.md
    # 1.6).
    commands.sort(key=lambda command: command.action == "identify_anonymous")
    return {"commands": _bodies(commands), "results": results}


def _commands(run: Run, event: Json, arrival: float) -> list[Command] | str:
    if not isinstance(event, dict):
        return "An event must be an object."
    received = to_unix_timestamp(event.get("receivedAt"))
    try:
        return run(event, received if isinstance(received, (int, float)) else arrival)
    except (MappingError, InvalidFields, Rejected) as error:
        return str(error)


def _bodies(commands: list[Command]) -> list[Json]:
    return [request_body(command) for command in commands]


def _mapping(request: JsonObject, action: Action, settings: ActionSettings) -> JsonObject:
    mapping = request.get("mapping")
    if mapping is None:
        return action.default_mapping(settings)
    if not isinstance(mapping, dict):
        raise MappingError("mapping must be an object.")
    return mapping


def _settings(given: Json) -> ActionSettings:
    """Segment's own settings (site ID, API key, region) say where to send, which nobody does here."""
    return msgspec.convert(given, ActionSettings) if isinstance(given, dict) else ActionSettings()
