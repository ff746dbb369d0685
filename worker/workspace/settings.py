"""The settings of a workspace that decisions depend on (section `workspace` of workspace.yaml)."""

from typing import Literal

from msgspec import Struct


class WorkspaceSettings(Struct, frozen=True, kw_only=True):
    """How a workspace treats identities; the defaults are those of a new workspace."""

    identifiers: Literal["email_or_id", "id"] = "email_or_id"
    """`id`: an older workspace, where only an id names a person and email is an ordinary attribute."""
    allow_email_update_using_id: bool = True
    """Whether an identify by id may change an email that is set. By email none may, by cio_id any."""
    on_id_conflict: Literal["fail", "rename"] = "fail"
    """A new id with the email of a person who has another id: a person without the email, or that person's new id."""
    auto_merge: bool = True
    """Merge a person with only an id and a person with only an email when an identify names both."""
    anonymous_merge: bool = True
    """Whether anonymous events become the identified person's."""
    allow_junk_identifiers: bool = False
    """Whether ids that stem from a mistake, such as `undefined`, are taken as userIds (segment_actions.md 4.1)."""
