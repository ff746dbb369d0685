"""The rows of an anonymousId's changes."""

from typing import TypeAlias, assert_never

from worker.view.fold.causes import cause_key
from worker.view.rows import AnonymousRow, LinkRow, Rows
from worker.workspace.changes import (
    AnonymousExpired,
    AnonymousFlushed,
    AnonymousLinked,
    AnonymousRelinked,
    AnonymousUnlinked,
    AnonymousWaiting,
)

AnonymousChange: TypeAlias = (
    AnonymousWaiting | AnonymousLinked | AnonymousRelinked | AnonymousUnlinked | AnonymousFlushed | AnonymousExpired
)


def anonymous_changed(change: AnonymousChange, number: int, rows: Rows) -> None:
    """Something waits or waits no longer, or the anonymousId is somebody else's."""
    match change:
        case AnonymousWaiting() | AnonymousFlushed() | AnonymousExpired():
            rows.anonymous.append(AnonymousRow(change.anonymous_id, waiting=change.waiting))
        case AnonymousLinked() | AnonymousRelinked():
            rows.links.append(LinkRow(change.anonymous_id, cause_key(change), number))
            rows.anonymous.append(AnonymousRow(change.anonymous_id, link=number, linked_to=change.linked_to))
        case AnonymousUnlinked():
            rows.anonymous.append(AnonymousRow(change.anonymous_id, link=number, linked_to=change.linked_to))
        case _:
            assert_never(change)
