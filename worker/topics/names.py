"""The topics' names as the code knows them, each with a contract of that name in topics/."""

from typing import Final

SEGMENT_EVENTS: Final = "segment.events"
PEOPLE: Final = "people"
ANONYMOUS: Final = "anonymous"
OBJECTS: Final = "objects"
DEVICES: Final = "devices"
WORKSPACE_CHANGES: Final = "workspace.changes"
REPORTING_EVENTS: Final = "reporting.events"
MESSAGE_METRICS: Final = "segment.message-metrics"

KEYED: Final = (PEOPLE, ANONYMOUS, OBJECTS, DEVICES)
"""Through these the four agents of the workspace talk to each other; each agent's table has the name of its topic."""

INBOUND: Final = (SEGMENT_EVENTS, REPORTING_EVENTS)
"""These take what comes from outside."""

WORKER_INPUTS: Final = (SEGMENT_EVENTS, *KEYED, REPORTING_EVENTS)
"""These a worker reads."""

DEFAULT_APP_ID: Final = "segment-worker"
"""The app id under which the changelogs' contracts are filed."""


def dead_letters_of(topic: str) -> str:
    """The name of the contract of `topic`'s dead letters."""
    return f"{topic}.dlq"


def changelog_of(table: str, app_id: str = DEFAULT_APP_ID) -> str:
    """The changelog of `table`, as Faust names it; with the default app id also the name of its contract."""
    return f"{app_id}-{table}-changelog"
