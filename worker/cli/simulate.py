"""`segment-worker simulate`: events through the real decisions in one process, and the workspace they make."""

import sys
from collections.abc import Iterable
from typing import Annotated

import orjson
import typer

from worker.cli.connecting import ConfigOption, configured
from worker.cli.ndjson import answer_lines, read_object
from worker.config import ConfigError, compile_subscriptions, workspace_of
from worker.destination.settings import ActionSettings
from worker.destination.subscriptions import Subscriptions, automatic
from worker.jsontypes import Json, JsonObject
from worker.reasons import Reason
from worker.segment.decoding import InvalidJson
from worker.simulation import Arrival
from worker.simulation import simulate as run


def simulate(
    config: ConfigOption = None,
    partitions: Annotated[
        int, typer.Option(min=1, max=1000, help="Partitions of each topic, whose messages overtake each other.")
    ] = 1,
    seed: Annotated[
        int | None,
        typer.Option(help="Let events that arrive within a second interleave, as this number says."),
    ] = None,
    batch: Annotated[
        bool, typer.Option("--batch", help='Read rows {"id", "config", "events"}, each a workspace of its own.')
    ] = False,
) -> None:
    """Send NDJSON events from standard input through the real decisions and print the final workspace.

    An event may carry "_at", its time of arrival in unix seconds; without one it arrives at its own time.
    """
    if batch:
        if config is not None:
            raise typer.BadParameter("with --batch each row has its own config", param_hint="--config")
        compiled = _Compiled()
        answer_lines(
            sys.stdin.buffer, sys.stdout.buffer, lambda row: _answer(row, compiled, partitions=partitions, seed=seed)
        )
        return
    settings = configured(config, as_json=False)
    arrivals, unreadable = _read(sys.stdin.buffer)
    workspace = run(
        arrivals,
        compile_subscriptions(settings),
        settings.workspace,
        partitions=partitions,
        seed=seed,
    )
    dead_letters = workspace["dead_letters"]
    assert isinstance(dead_letters, list)
    typer.echo(orjson.dumps({**workspace, "dead_letters": [*dead_letters, *unreadable]}))


class _Compiled:
    """The default subscriptions, compiled once for each of the settings they depend on."""

    def __init__(self) -> None:
        self._by_settings: dict[ActionSettings, Subscriptions] = {}

    def subscriptions(self, settings: ActionSettings) -> Subscriptions:
        found = self._by_settings.get(settings)
        if found is None:
            found = self._by_settings[settings] = Subscriptions.compile(automatic(settings), settings)
        return found


def _answer(row: JsonObject, compiled: _Compiled, *, partitions: int, seed: int | None) -> JsonObject:
    config, events = row.get("config", {}), row.get("events")
    if not isinstance(config, dict) or not isinstance(events, list):
        return {"error": "a row has a config (an object) and events (a list)"}
    arrivals: list[Arrival] = []
    for event in events:
        if not isinstance(event, dict):
            return {"error": "an event is no object"}
        arrivals.append(_arrival(event))
    try:
        workspace = workspace_of(config)
    except ConfigError as error:
        return {"error": str(error)}
    subscriptions = compiled.subscriptions(workspace.action_settings())
    return {"workspace": run(arrivals, subscriptions, workspace, partitions=partitions, seed=seed)}


def _read(lines: Iterable[bytes]) -> tuple[list[Arrival], list[Json]]:
    """The events, and dead letters for the lines that hold none."""
    arrivals: list[Arrival] = []
    unreadable: list[Json] = []
    for line in lines:
        if not line.strip():
            continue
        try:
            arrivals.append(_arrival(read_object(line)))
        except InvalidJson as error:
            unreadable.append({"reason": Reason.NOT_JSON.value, "message_id": None, "detail": str(error)})
    return arrivals, unreadable


def _arrival(event: JsonObject) -> Arrival:
    at = event.get("_at")
    plain = {name: value for name, value in event.items() if name != "_at"}
    return Arrival(plain, at if isinstance(at, (int, float)) and not isinstance(at, bool) else None)
