"""What people are told of a subscription that an event does not match."""

from io import StringIO
from pathlib import Path

import orjson
from rich.console import Console

from tests.destination.factories import event
from worker.cli.tester_explain import NO_CONDITION, explain_event
from worker.config import compile_subscriptions, load_config

TRACK = event("track", userId="u1", event="Paid")


def shown(tmp_path: Path, trigger: str, triggers: str) -> str:
    """The line of a subscription with this trigger."""
    config = tmp_path / "workspace.yaml"
    subscription = {"name": "Mine", "action": "trackEvent", "trigger": trigger}
    config.write_bytes(orjson.dumps({"destination": {"triggers": triggers, "subscriptions": [subscription]}}))
    told = StringIO()
    console = Console(file=told, width=1000)
    explain_event(console, TRACK, compile_subscriptions(load_config(config)), lambda: 0.0, every=False)
    return next(line for line in told.getvalue().splitlines() if line.startswith("· Mine"))


def test_the_reason_names_what_failed(tmp_path: Path) -> None:
    either = shown(tmp_path, 'type = "group" or event = "X"', "segment")
    assert either == '· Mine: type = "group", but it is "track"; or event = "X", but it is "Paid"'
    neither = shown(tmp_path, '!(type = "page" or userId = "u1")', "strict")
    assert neither == '· Mine: not userId = "u1", but it is "u1"'
    both = shown(tmp_path, 'type = "track" and !(event = "Paid")', "strict")
    assert both == '· Mine: !(event = "Paid"), but it is "Paid"'
    assert shown(tmp_path, 'type = "track" and ()', "segment") == f"· Mine: {NO_CONDITION}"
