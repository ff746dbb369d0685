"""What a dry run says would change: counts, and examples."""

from collections import Counter

from msgspec import Struct

from worker.workspace.changes import (
    AttributesChanged,
    ObjectChanged,
    PersonAbsorbed,
    PersonCreated,
    PersonDeleted,
    WorkspaceChange,
)
from worker.workspace.wire import WireJson

EXAMPLES = 10
"""Shown of each kind."""


class AttributeExample(Struct, frozen=True):
    """An attribute that would change, and the event that would change it. None: it is not there."""

    subject: str
    attribute: str
    before: WireJson
    after: WireJson
    message_id: str


class PersonExample(Struct, frozen=True):
    """A person who would be created, merged (`into`), or deleted."""

    what: str
    cio_id: str
    id: str | None
    email: str | None
    message_id: str
    into: str | None = None


class Summary(Struct, frozen=True):
    """`changes` by type; `attributes` how often each would change; `dead_letters` by reason.

    `missing` records were deleted from the topic before they could be read.
    """

    events: int
    filtered: int
    unreadable: int
    changes: dict[str, int]
    people_changed: int
    attributes: dict[str, int]
    dead_letters: dict[str, int]
    examples: list[AttributeExample]
    people: list[PersonExample]
    missing: int = 0

    @property
    def nothing(self) -> bool:
        """Whether nothing would be different."""
        return not self.changes


class Tally:
    """Counts changes as they are decided."""

    def __init__(self) -> None:
        self.dead_letters: Counter[str] = Counter()
        self._changes: Counter[str] = Counter()
        self._attributes: Counter[str] = Counter()
        self._changed: set[str] = set()
        self._examples: list[AttributeExample] = []
        self._people: Counter[str] = Counter()
        self._named: list[PersonExample] = []

    def add(self, subject: str, change: WorkspaceChange) -> None:
        """Count a change."""
        self._changes[str(change.__struct_config__.tag)] += 1
        by = change.cause.message_id
        match change:
            case AttributesChanged() | ObjectChanged():
                if isinstance(change, AttributesChanged):
                    self._changed.add(change.cio_id)
                for name in (*change.set, *change.removed):
                    self._attributes[name] += 1
                    if len(self._examples) < EXAMPLES:
                        before, after = change.before.get(name), change.set.get(name)
                        self._examples.append(AttributeExample(subject, name, before, after, by))
            case PersonCreated(cio_id=cio_id, identifiers=who):
                self._person(PersonExample("created", cio_id, who.id, who.email, by))
            case PersonDeleted(cio_id=cio_id, identifiers=who):
                self._person(PersonExample("deleted", cio_id, who.id, who.email, by))
            case PersonAbsorbed(cio_id=cio_id, merged=merged, after=who):
                self._person(PersonExample("merged", merged, who.id, who.email, by, into=cio_id))
            case _:
                pass

    def _person(self, example: PersonExample) -> None:
        self._people[example.what] += 1
        if self._people[example.what] <= EXAMPLES:
            self._named.append(example)

    def summary(self, events: int, filtered: int, unreadable: int, missing: int = 0) -> Summary:
        """All of it."""
        return Summary(
            events,
            filtered,
            unreadable,
            dict(self._changes.most_common()),
            len(self._changed),
            dict(self._attributes.most_common()),
            dict(self.dead_letters.most_common()),
            self._examples,
            self._named,
            missing,
        )
