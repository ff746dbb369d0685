"""What must hold of the tables of a cluster at rest, whatever happened (docs/workspace.md, Rules).

Written against what is stored and published, with none of the code that decided it.
"""

from collections import Counter
from typing import Any

from tests.simulation.cluster import Cluster
from worker.workspace.changes import PersonCreated
from worker.workspace.messages.calls import AnonymousCall, Event
from worker.workspace.values.anonymous import Anonymous
from worker.workspace.values.devices import Device
from worker.workspace.values.objects import Object
from worker.workspace.values.people import Gone, Handle, Merged, Profile
from worker.workspace.values.records import Names, Waiting


def problems(cluster: Cluster) -> list[str]:
    """Everything that is wrong."""
    people = cluster.values("people")
    found = _made_twice(cluster) + _handles(people) + _nothing_is_left_over(people)
    found += _anonymous(cluster.values("anonymous"), people, merging=cluster.settings.anonymous_merge)
    found += _devices(cluster.values("devices"), people)
    found += _objects(cluster.values("objects"), people)
    return found


def profiles(people: dict[str, Any]) -> dict[str, Profile]:
    """The living people by cio_id."""
    return {value.cio_id: value for value in people.values() if isinstance(value, Profile)}


def named(records: dict[str, Any], kind: str, owner: str) -> dict[str, str]:
    """The names of an owner's set, of all its pages."""
    found: dict[str, str] = {}
    for key, value in records.items():
        parts = key.split("/", 2)
        if isinstance(value, Names) and parts[0] == kind and parts[2] == owner:
            assert not found.keys() & value.entries.keys(), f"{key} repeats a name"
            found.update(value.entries)
    return found


def handles_of(people: dict[str, Any], profile: Profile) -> set[str]:
    handles = {key for key in named(people, "handles", profile.cio_id) if not key.startswith("cio:")}
    if profile.id is not None:
        handles.add(f"id:{profile.id}")
    if profile.email is not None:
        handles.add(f"email:{profile.email.strip().lower()}")
    return handles


def _made_twice(cluster: Cluster) -> list[str]:
    """A cio_id is of one person, for ever: the other tables remember who was deleted."""
    made = [change.cio_id for _, change in cluster.changes.values() if isinstance(change, PersonCreated)]
    return [f"{cio_id} was made {times} times" for cio_id, times in Counter(made).items() if times > 1]


def _handles(people: dict[str, Any]) -> list[str]:
    """A handle has at most one owner, and they agree."""
    found: list[str] = []
    owners: dict[str, str] = {}
    for cio_id, profile in profiles(people).items():
        for handle in handles_of(people, profile):
            if handle in owners:
                found.append(f"{handle} is claimed by {owners[handle]} and {cio_id}")
            owners[handle] = cio_id
            there = people.get(handle)
            if not isinstance(there, Handle) or there.status != "owned" or there.cio_id != cio_id:
                found.append(f"{cio_id} claims {handle}, which says {there}")
    for key, handle in people.items():
        if isinstance(handle, Handle):
            if handle.status == "owned" and owners.get(key) != handle.cio_id:
                found.append(f"{key} says it is {handle.cio_id}'s, who has {owners.get(key)}")
            if handle.status == "pending" or handle.calls:
                found.append(f"{key} still waits: {handle}")
            if handle.status == "owned" and handle.groups:
                found.append(f"{key} is owned and its group calls wait")
            if handle.status == "suppressed" and handle.cio_id:
                gone = people[f"cio:{handle.cio_id}"]
                if not isinstance(gone, Gone) or gone.suppressed_at is None:
                    found.append(f"{key} is suppressed with {handle.cio_id}, which is {gone}")
    return found


def _nothing_is_left_over(people: dict[str, Any]) -> list[str]:
    found: list[str] = []
    living = profiles(people)
    for key, value in people.items():
        if isinstance(value, Profile):
            if value.identified and value.groups:
                found.append(f"{key} is identified and group calls wait")
            if value.promised:
                found.append(f"{key} is still promised to {value.promised}")
            claimed = [name for name, note in named(people, "handles", value.cio_id).items() if note == "claimed"]
            found += [f"{key} has claimed {name} and never got it" for name in claimed]
        elif isinstance(value, Merged):
            if value.anonymous or value.devices or value.relationships or value.groups:
                found.append(f"{key} is merged and keeps {value}")
            target, seen = value, set()
            while isinstance(target, Merged) and target.cio_id not in seen:
                seen.add(target.cio_id)
                target = people[f"cio:{target.into}"]
            if isinstance(target, Merged):
                found.append(f"{key} is merged in a circle")
        elif isinstance(value, Gone):
            if value.anonymous or value.devices or value.relationships or value.groups or value.seen or value.refused:
                found.append(f"{key} is gone and keeps {value}")
        elif "/" in key and not key.startswith(("id:", "email:")):
            owner = key.split("/", 2)[1] if key.startswith(("attributes/", "relationship/")) else key.split("/", 2)[2]
            gone = people.get(f"cio:{owner}")
            kept = isinstance(gone, Gone) and gone.suppressed_at is not None and key.startswith("handles/")
            handles = key.startswith("seen/") and isinstance(people.get(owner), Handle)
            if owner not in living and not kept and not handles and not isinstance(value, Waiting):
                found.append(f"{key} belongs to nobody")
    return found


def _anonymous(anonymous: dict[str, Any], people: dict[str, Any], *, merging: bool) -> list[str]:
    """Nothing waits once its person is identified; links lead to living people."""
    found: list[str] = []
    for key, value in anonymous.items():
        if not isinstance(value, Anonymous):
            continue
        if value.flushing:
            found.append(f"{key} is still flushing")
        found += [
            f"{key} is linked to {link.cio_id}, who is no person"
            for link in value.links
            if link.gone_at is None and not isinstance(people.get(f"cio:{link.cio_id}"), Profile)
        ]
        waiting = [one.call for name, one in anonymous.items() if isinstance(one, Waiting) and name.endswith(f"/{key}")]
        if len(waiting) != value.waiting:
            found.append(f"{key} counts {value.waiting} calls, but {len(waiting)} wait")
        for call in waiting:
            assert isinstance(call, AnonymousCall)
            if (merging or not isinstance(call, Event)) and not _may_wait(value, call.at):
                found.append(f"{key} is linked and {call} waits")
    return found


def _may_wait(anonymous: Anonymous, time: float) -> bool:
    """Whether nobody has the anonymousId at this time, nor afterwards, or had it and was deleted later."""
    before = [link for link in anonymous.links if link.first[0] <= time]
    relevant = anonymous.links[max(len(before) - 1, 0) :]
    return all(link.gone_at is not None and link.gone_at < time for link in relevant)


def _devices(devices: dict[str, Any], people: dict[str, Any]) -> list[str]:
    """A device has at most one owner, and they agree."""
    found: list[str] = []
    held: dict[str, str] = {}
    for key, device in devices.items():
        assert isinstance(device, Device)
        if device.held_by:
            held[key.removeprefix("device:")] = device.held_by
    for cio_id in profiles(people):
        for token, note in named(people, "devices", cio_id).items():
            if note == "held" and held.pop(token, None) != cio_id:
                found.append(f"{cio_id} has {token}, which does not know")
    found += [f"{token} is of {cio_id}, who does not know" for token, cio_id in held.items()]
    return found


def _objects(objects: dict[str, Any], people: dict[str, Any]) -> list[str]:
    """Relationships agree from both sides, and their objects exist."""
    found: list[str] = []
    related: set[tuple[str, str]] = set()
    for cio_id in profiles(people):
        for name in named(people, "relationships", cio_id):
            if people[f"relationship/{cio_id}/{name}"].present:
                related.add((name, cio_id))
    for key, value in objects.items():
        if not isinstance(value, Object):
            continue
        if value.telling is not None:
            found.append(f"{key} is still telling of its deletion")
        found += [
            f"{key} counts {cio_id} among its people, who is not related"
            for cio_id in named(objects, "members", key)
            if (value.name, cio_id) not in related
        ]
    for name, cio_id in related:
        value = objects.get(f"object:{name}")
        if not isinstance(value, Object) or not value.register.present:
            found.append(f"{cio_id} is related to {name}, which does not exist")
        elif cio_id not in named(objects, "members", f"object:{name}"):
            found.append(f"{cio_id} is related to {name}, which does not count it")
    return found
