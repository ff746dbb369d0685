"""The examples below the `--help` of commands."""

from collections.abc import Mapping
from typing import Final

EXAMPLES: Final[Mapping[str, tuple[str, ...]]] = {
    "send": (
        "segment-worker send events.ndjson more-events.ndjson.gz",
        "segment-worker send webhooks.ndjson --topic reporting.events --config workspace.yaml",
        "segment-worker send - < events.ndjson",
    ),
    "simulate": ("segment-worker simulate < events.ndjson",),
    "backfill": (
        "segment-worker backfill --from 7d --dry-run",
        "segment-worker backfill --from 2026-11-01 --to 2026-11-08 --where 'type = \"identify\"'",
        "segment-worker backfill --file export.ndjson.gz --rate 500",
    ),
    "test event": (
        """echo '{"type": "identify", "userId": "u1", "traits": {"plan": "pro"}}' | segment-worker test event""",
        "segment-worker test event event.json --explain",
        "segment-worker test event event.json --send --config workspace.yaml",
    ),
    "test fql": (
        """echo '{"fql": "event = \\"Signed Up\\"", "event": {"event": "Signed Up"}}' | segment-worker test fql""",
    ),
    "test mapping": (
        """echo '{"mapping": {"@path": "$.userId"}, "payload": {"userId": "u1"}}' | segment-worker test mapping""",
    ),
    "test action": (
        """echo '{"action": "deletePerson", "events": [{"userId": "u1"}]}' | segment-worker test action""",
    ),
    "test webhook": ("segment-worker test webhook webhook.json",),
    "people show": (
        "segment-worker people show ada@example.com",
        "segment-worker people show ada@example.com --why email",
        "segment-worker people show --why refusal",
    ),
    "objects show": (
        "segment-worker objects show acme",
        "segment-worker objects show acme --why plan",
    ),
    "dlq list": ("segment-worker dlq list --topic segment.events --since 36h",),
    "dlq show": ("segment-worker dlq show segment.events.dlq/3/17",),
    "dlq replay": ("segment-worker dlq replay --reason invalid_fields --on-error keep",),
    "dlq drop": ("segment-worker dlq drop --reason not_json",),
}
"""By command."""


def epilog(command: str) -> str | None:
    """What stands at the end of the command's help; None where there is no example."""
    examples = EXAMPLES.get(command)
    # \b keeps Typer from filling the lines.
    return None if examples is None else "\n".join(["\b", "Examples:", *(f"  {example}" for example in examples)])
