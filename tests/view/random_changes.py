"""Random changes of few subjects, such as agents could publish: each subject's in a sensible order."""

import random
from collections.abc import Iterator

from tests.view.records import START, cause, created
from worker.jsontypes import Json, JsonObject
from worker.workspace.changes import (
    AnonymousIdAdded,
    AnonymousLinked,
    AnonymousRelinked,
    AnonymousUnlinked,
    AnonymousWaiting,
    AttributesChanged,
    DeviceChanged,
    EventReceived,
    EventsMoved,
    HandleFreed,
    HandleSuppressed,
    Identifiers,
    IdentifiersChanged,
    LinkSpan,
    ObjectChanged,
    ObjectDeleted,
    ObjectTypeCreated,
    Origin,
    PersonAbsorbed,
    PersonDeleted,
    PersonIdentified,
    PersonMerged,
    PersonRestored,
    RelationshipChanged,
    WorkspaceChange,
)

NAMES = ("plan", "city", "email", "naïve key", "")
OBJECTS = (("1", "acme"), ("1", "a/b"), ("x/y", "acme"))


class RandomChanges:
    """A seed's changes by subject; subjects may be told in any order, but for the order within each."""

    def __init__(self, seed: int) -> None:
        self._random = random.Random(seed)
        self._events = 0
        self._clock = 0.0
        self.people = [f"{number:04x}{seed:06x}" for number in range(6)]
        # Each seed's own: the log of an anonymousId tells all its links at once, and never fewer than before.
        self.visitors = (f"a1.{seed}", f"a2.{seed}")
        self.logs: dict[str, list[WorkspaceChange]] = {}
        self._fates()
        for token in ("t1", "t2"):
            self.logs[f"device:{token}"] = [self._device(token) for _ in range(5)]
        for object_type_id, object_id in OBJECTS:
            self.logs[f"object:{object_type_id}/{object_id}"] = [*self._object(object_type_id, object_id)]
        for handle in ("id:u0", "email:b@example.com"):
            kinds = (HandleSuppressed, HandleFreed, HandleSuppressed)[: self._random.randrange(4)]
            self.logs[handle] = [kind(cause=self._cause(), handle=handle) for kind in kinds]
        for name in self.visitors:
            self.logs[f"anonymous:{name}"] = [*self._anonymous(name)]
        self.logs["type:1"] = [ObjectTypeCreated(cause=self._cause(), object_type_id="1", name="Badger")]

    def interleaved(self, seed: int) -> Iterator[tuple[str, WorkspaceChange]]:
        """All changes in one of the possible orders."""
        chance = random.Random(seed)
        left = {subject: iter(log) for subject, log in self.logs.items()}
        while left:
            subject = chance.choice(sorted(left))
            change = next(left[subject], None)
            if change is None:
                del left[subject]
            else:
                yield subject, change

    def _fates(self) -> None:
        """Everybody lives some time; some are merged into a later one, some deleted, some merged in a circle."""
        for number, cio_id in enumerate(self.people):
            log: list[WorkspaceChange] = [created(cio_id, f"u{number}", f"U{number}@Example.com", at=number)]
            log += [self._change(cio_id) for _ in range(self._random.randrange(4, 16))]
            later = self.people[number + 1 :]
            fate = self._random.choice(("stays", "merged", "deleted", "circle"))
            if fate == "merged" and later:
                log.append(PersonMerged(cause=self._cause(), cio_id=cio_id, into=self._random.choice(later)))
            elif fate == "circle":
                log.append(PersonMerged(cause=self._cause(), cio_id=cio_id, into=cio_id))
                log.append(PersonRestored(cause=self._cause(), cio_id=cio_id))
                log.append(self._change(cio_id))
            elif fate == "deleted":
                names = Identifiers(f"u{number}", f"U{number}@Example.com")
                log.append(PersonDeleted(cause=self._cause(), cio_id=cio_id, identifiers=names, suppressed=False))
            self.logs[f"cio:{cio_id}"] = log

    def _cause(self) -> Origin:
        self._clock += 1.0
        return cause(f"m{self._clock:.0f}", self._clock)

    def _values(self) -> JsonObject:
        values: tuple[Json, ...] = (1, 2.5, "text", "ü", True, ["a", {"b": None}], {"deep": [1]})
        return {name: self._random.choice(values) for name in self._random.sample(NAMES, self._random.randrange(1, 4))}

    def _change(self, cio_id: str) -> WorkspaceChange:
        why, chance = self._cause(), self._random
        number = self.people.index(cio_id)
        match chance.randrange(8):
            case 0:
                removed = [chance.choice(NAMES)]
                return AttributesChanged(cause=why, cio_id=cio_id, set={}, removed=removed, before={}, outdated={})
            case 1 | 2:
                given = self._values()
                return AttributesChanged(cause=why, cio_id=cio_id, set=given, removed=[], before={}, outdated={})
            case 3:
                return AnonymousIdAdded(cause=why, cio_id=cio_id, anonymous_id=chance.choice(self.visitors))
            case 4:
                object_type_id, object_id = chance.choice(OBJECTS)
                related = chance.random() < 0.6
                return RelationshipChanged(
                    cause=why,
                    cio_id=cio_id,
                    object_type_id=object_type_id,
                    object_id=object_id,
                    related=related,
                    was_related=True,
                    set=self._values() if related else {},
                    removed=[chance.choice(NAMES)] if related and chance.random() < 0.3 else [],
                    before={},
                    outdated={},
                )
            case 5:
                return EventsMoved(
                    cause=why,
                    cio_id=cio_id,
                    anonymous_id=self.visitors[0],
                    since=None,
                    until=START,
                    owner=self.people[5],
                )
            case 6:
                return chance.choice(
                    (
                        PersonIdentified(cause=why, cio_id=cio_id),
                        self._renamed(cio_id, why),
                        PersonAbsorbed(
                            cause=why,
                            cio_id=cio_id,
                            merged=self.people[0],
                            before=Identifiers(None, None),
                            after=Identifiers(f"u{number}", None),
                            set=self._values(),
                            removed=[chance.choice(NAMES)] if chance.random() < 0.3 else [],
                        ),
                    )
                )
        self._events += 1
        name = f"e{chance.randrange(self._events)}"  # some come again
        at = START + chance.randrange(20)
        return EventReceived(
            cause=why,
            cio_id=cio_id,
            event_type=chance.choice(("event", "page")),
            name="Done",
            id=name,
            timestamp=int(name[1:]),
            attributes={},
            at=at,
            anonymous_id=chance.choice((None, *self.visitors)),
        )

    def _renamed(self, cio_id: str, why: Origin) -> WorkspaceChange:
        before, after = Identifiers(None, None), Identifiers(None, f"New-{cio_id}@Example.com")
        return IdentifiersChanged(cause=why, cio_id=cio_id, before=before, after=after)

    def _device(self, token: str) -> WorkspaceChange:
        owner = self._random.choice((None, *self.people))
        return DeviceChanged(
            cause=self._cause(),
            token=token,
            cio_id=owner,
            previous=None,
            platform="ios",
            last_used=self._random.choice((1_700_000_000, 1.5)),
            attributes=self._values(),
        )

    def _object(self, object_type_id: str, object_id: str) -> Iterator[WorkspaceChange]:
        for _ in range(6):
            if self._random.random() < 0.6:
                yield ObjectChanged(
                    cause=self._cause(),
                    object_type_id=object_type_id,
                    object_id=object_id,
                    created=False,
                    set=self._values(),
                    removed=[self._random.choice(NAMES)] if self._random.random() < 0.3 else [],
                    before={},
                    outdated={},
                )
            else:
                exists = self._random.random() < 0.5
                yield ObjectDeleted(
                    cause=self._cause(),
                    object_type_id=object_type_id,
                    object_id=object_id,
                    exists=exists,
                    removed=["plan"] if exists else [],
                )

    def _anonymous(self, name: str) -> Iterator[WorkspaceChange]:
        """Links of rising times; who has it last may be gone, and then it is linked anew after that."""
        chance, links = self._random, [LinkSpan(self.people[0], START, None)]
        for _ in range(chance.randrange(8)):
            why, last = self._cause(), links[-1]
            begin = (last.since if last.gone_at is None else last.gone_at) + chance.choice((1.0, 4.0))
            kind = chance.choice(("waiting", "linked", "relinked", "late", "gone"))
            if kind == "waiting":
                yield AnonymousWaiting(cause=why, anonymous_id=name, call="event", waiting=chance.randrange(3))
                continue
            if kind == "gone" and last.gone_at is None:
                links = [*links[:-1], LinkSpan(last.cio_id, last.since, last.since + chance.choice((0.0, 3.0)))]
                yield AnonymousUnlinked(cause=why, anonymous_id=name, cio_id=last.cio_id, linked_to=None, links=links)
                continue
            owner = chance.choice(self.people)
            late = LinkSpan(owner, last.since - 0.5, None)
            if kind == "late" and all(one.gone_at is None for one in links):
                links = [*links[:-1], late, last]
            else:
                links = [*links, LinkSpan(owner, begin, None)]
            if kind == "linked":
                yield AnonymousLinked(cause=why, anonymous_id=name, cio_id=owner, at=1.0, linked_to=owner, links=links)
            else:
                yield AnonymousRelinked(
                    cause=why,
                    anonymous_id=name,
                    cio_id=owner,
                    at=1.0,
                    linked_to=owner,
                    links=links,
                    previous=last.cio_id,
                )
