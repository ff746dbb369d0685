"""Folding changes into documents."""

from typing import assert_never

from worker.jsontypes import JsonObject
from worker.workspace import changes
from worker.workspace.changes import WorkspaceChange
from worker.workspace.keys import object_name
from worker.workspace.picture import documents
from worker.workspace.picture.attribution import owner_at


class Picture:
    """All documents of a workspace. Who a merged person's things belong to now is found out when they are read."""

    def __init__(self) -> None:
        self.people: dict[str, documents.Person] = {}
        self.events: dict[tuple[str, str, str, str], changes.EventReceived] = {}
        """By type, name, id, and the cio_id they were received for."""
        self.anonymous: dict[str, documents.AnonymousId] = {}
        self.objects: dict[str, JsonObject] = {}
        self.object_types: dict[str, str] = {}
        self.devices: dict[str, documents.Device] = {}
        self.suppressed: set[str] = set()
        self.activities: list[WorkspaceChange] = []

    def apply(self, change: WorkspaceChange) -> None:
        """Fold one change in."""
        self.activities.append(change)
        match change:
            case changes.EventReceived():
                self.events.setdefault((change.event_type, change.name, change.id, change.cio_id), change)
            case (
                changes.PersonCreated()
                | changes.PersonIdentified()
                | changes.IdentifiersChanged()
                | changes.AttributesChanged()
                | changes.AnonymousIdAdded()
                | changes.RelationshipChanged()
                | changes.PersonMerged()
                | changes.PersonAbsorbed()
                | changes.PersonRestored()
                | changes.PersonDeleted()
            ):
                self._person(self.people.setdefault(change.cio_id, documents.Person(change.cio_id)), change)
            case changes.HandleSuppressed():
                self.suppressed.add(change.handle)
            case changes.HandleFreed():
                self.suppressed.discard(change.handle)
            case (
                changes.AnonymousLinked()
                | changes.AnonymousRelinked()
                | changes.AnonymousUnlinked()
                | changes.AnonymousWaiting()
                | changes.AnonymousFlushed()
                | changes.AnonymousExpired()
            ):
                self._anonymous(self.anonymous.setdefault(change.anonymous_id, documents.AnonymousId()), change)
            case changes.ObjectChanged() | changes.ObjectDeleted():
                self._object(change)
            case changes.ObjectTypeCreated():
                self.object_types[change.object_type_id] = change.name
            case changes.DeviceChanged():
                self.devices[change.token] = documents.Device(
                    change.cio_id, change.platform, change.last_used, change.attributes
                )
            case (
                changes.EventsMoved()
                | changes.FailedAttributeChange()
                | changes.AttributeRefused()
                | changes.DeviceGained()
                | changes.DeviceLost()
                | changes.MergeRefused()
                | changes.CallDeferred()
                | changes.IgnoredSuppressed()
                | changes.IgnoredDeleted()
                | changes.IgnoredUnknownCioId()
                | changes.IgnoredAnonymousIdentify()
                | changes.DeliveryReported()
            ):
                pass  # an activity and no more; whose events under an anonymousId are, its links tell
            case _:
                assert_never(change)

    def person(self, cio_id: str) -> documents.Person | None:
        """Who `cio_id` leads to now; None if nobody."""
        visited: set[str] = set()
        person = self.people.get(cio_id)
        while person is not None and person.merged_into is not None:
            if person.cio_id in visited:
                return None  # merges in a circle, the end of which is not told yet
            visited.add(person.cio_id)
            person = self.people.get(person.merged_into)
        return None if person is None or person.deleted else person

    def owner(self, event: changes.EventReceived) -> documents.Person | None:
        """Whose an event is now; None if it is forgotten."""
        cio_id = event.cio_id
        if event.anonymous_id is not None and event.anonymous_id in self.anonymous:
            link = owner_at(self.anonymous[event.anonymous_id].links, event.at)
            if link is not None:
                if link.gone_at is not None:
                    return None
                cio_id = link.cio_id
        return self.person(cio_id)

    def _person(
        self,
        person: documents.Person,
        change: changes.PersonCreated
        | changes.PersonIdentified
        | changes.IdentifiersChanged
        | changes.AttributesChanged
        | changes.AnonymousIdAdded
        | changes.RelationshipChanged
        | changes.PersonMerged
        | changes.PersonAbsorbed
        | changes.PersonRestored
        | changes.PersonDeleted,
    ) -> None:
        match change:
            case changes.PersonCreated(identifiers=names) | changes.IdentifiersChanged(after=names):
                person.id, person.email = names.id, names.email
            case changes.PersonIdentified():
                person.identified = True
            case changes.AttributesChanged():
                _update(person.attributes, change.set, change.removed)
            case changes.AnonymousIdAdded():
                person.anonymous_ids.add(change.anonymous_id)
            case changes.RelationshipChanged():
                name = object_name(change.object_type_id, change.object_id)
                if change.related:
                    _update(person.relationships.setdefault(name, {}), change.set, change.removed)
                else:
                    person.relationships.pop(name, None)
            case changes.PersonMerged():
                person.merged_into = change.into
            case changes.PersonAbsorbed(after=names):
                person.id, person.email = names.id, names.email
                _update(person.attributes, change.set, change.removed)
            case changes.PersonRestored():
                person.merged_into = None
            case changes.PersonDeleted():
                self.people[person.cio_id] = documents.Person(person.cio_id, deleted=True)
            case _:
                assert_never(change)

    def _anonymous(
        self,
        anonymous: documents.AnonymousId,
        change: changes.AnonymousLinked
        | changes.AnonymousRelinked
        | changes.AnonymousUnlinked
        | changes.AnonymousWaiting
        | changes.AnonymousFlushed
        | changes.AnonymousExpired,
    ) -> None:
        match change:
            case changes.AnonymousLinked() | changes.AnonymousRelinked() | changes.AnonymousUnlinked():
                anonymous.linked_to, anonymous.links = change.linked_to, change.links
            case changes.AnonymousWaiting() | changes.AnonymousFlushed() | changes.AnonymousExpired():
                anonymous.waiting = change.waiting
            case _:
                assert_never(change)

    def _object(self, change: changes.ObjectChanged | changes.ObjectDeleted) -> None:
        name = object_name(change.object_type_id, change.object_id)
        if isinstance(change, changes.ObjectChanged):
            _update(self.objects.setdefault(name, {}), change.set, change.removed)
        elif change.exists:
            _update(self.objects.setdefault(name, {}), {}, change.removed)
        else:
            self.objects.pop(name, None)


def _update(attributes: JsonObject, given: JsonObject, removed: list[str]) -> None:
    attributes.update(given)
    for name in removed:
        attributes.pop(name, None)
