"""The rows of an anonymousId's changes."""

from typing import TypeAlias, assert_never

from worker.view.rows import AnonymousRow, Rows, SpanRow
from worker.workspace.changes import (
    AnonymousExpired,
    AnonymousFlushed,
    AnonymousLinked,
    AnonymousRelinked,
    AnonymousUnlinked,
    AnonymousWaiting,
)
from worker.workspace.picture.attribution import intervals

AnonymousChange: TypeAlias = (
    AnonymousWaiting | AnonymousLinked | AnonymousRelinked | AnonymousUnlinked | AnonymousFlushed | AnonymousExpired
)


def anonymous_changed(change: AnonymousChange, number: int, rows: Rows) -> None:
    """Something waits or waits no longer, or the anonymousId is somebody else's."""
    match change:
        case AnonymousWaiting() | AnonymousFlushed() | AnonymousExpired():
            rows.anonymous.append(AnonymousRow(change.anonymous_id, waiting=change.waiting))
        case AnonymousLinked() | AnonymousRelinked() | AnonymousUnlinked():
            rows.spans[change.anonymous_id] = [
                SpanRow(change.anonymous_id, one.since, one.until, one.cio_id, one.forgotten)
                for one in intervals(change.links)
            ]
            rows.anonymous.append(AnonymousRow(change.anonymous_id, link=number, linked_to=change.linked_to))
        case _:
            assert_never(change)
