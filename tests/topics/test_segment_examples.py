"""The examples of segment.events go through the worker's own decisions, up to the agents that own the state."""

from pathlib import Path

import pytest

from worker.destination.settings import ActionSettings
from worker.destination.subscriptions import Subscriptions, automatic
from worker.reasons import Reason
from worker.segment.events import InvalidEvent, decode_event
from worker.topics.contracts import contracts_directory
from worker.workspace.effects import DeadLetter
from worker.workspace.messages import Cause
from worker.workspace.routing import joined, route
from worker.workspace.settings import WorkspaceSettings

DIRECTORY = contracts_directory() / "examples" / "segment.events" / "v1"
ARRIVED = 1_792_000_000.0


def examples(kind: str) -> list[Path]:
    return sorted((DIRECTORY / kind).iterdir())


def named(path: Path) -> str:
    return path.stem


def refusals(path: Path, subscriptions: Subscriptions) -> set[Reason]:
    """Why the event, or a command that follows from it, becomes a dead letter."""
    try:
        event = decode_event(path.read_bytes())
    except InvalidEvent as problem:
        return {problem.reason}
    cause = Cause(path.stem, event.time or ARRIVED, ARRIVED, "segment.events", 0, 0)
    reasons: set[Reason] = set()
    for outcome in subscriptions.commands(event, ARRIVED):
        if outcome.error is not None:
            reasons.add(outcome.reason or Reason.INVALID_FIELDS)
        for command in joined(outcome.commands):
            effects = route(command, cause, WorkspaceSettings())
            reasons.update(effect.reason for effect in effects if isinstance(effect, DeadLetter))
    return reasons


@pytest.fixture(scope="module")
def subscriptions() -> Subscriptions:
    settings = ActionSettings()
    return Subscriptions.compile(tuple(automatic(settings)), settings)


@pytest.mark.parametrize("path", examples("valid"), ids=named)
def test_a_valid_event_is_not_refused(path: Path, subscriptions: Subscriptions) -> None:
    assert refusals(path, subscriptions) == set()


@pytest.mark.parametrize("path", [*examples("invalid"), *examples("refused")], ids=named)
def test_a_bad_event_is_refused_with_the_reason_of_its_name(path: Path, subscriptions: Subscriptions) -> None:
    assert refusals(path, subscriptions) == {path.stem.split("--")[0]}
