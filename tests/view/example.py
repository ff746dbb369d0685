"""A small workspace in a view, for tests of what is read from it."""

from collections.abc import Mapping, Sequence
from pathlib import Path

from tests.view.filling import fill
from tests.view.records import START, Topic, cause, created
from worker.workspace.changes import (
    AnonymousIdAdded,
    AnonymousWaiting,
    AttributeRefused,
    AttributesChanged,
    DeviceChanged,
    EventReceived,
    FailedAttributeChange,
    HandleSuppressed,
    Identifiers,
    MergeRefused,
    ObjectChanged,
    ObjectTypeCreated,
    PersonAbsorbed,
    PersonIdentified,
    PersonMerged,
    RelationshipChanged,
)
from worker.workspace.wire import WireObject

ADA, OLD, BOB = "0000ada0", "00010ld0", "0000b0b0"


def attributes(
    cio_id: str,
    by: str,
    at: float,
    given: WireObject | None = None,
    *,
    removed: Sequence[str] = (),
    before: WireObject | None = None,
    outdated: Mapping[str, str] | None = None,
    arrived: float | None = None,
) -> AttributesChanged:
    return AttributesChanged(
        cause=cause(by, at, arrived),
        cio_id=cio_id,
        set=given or {},
        removed=list(removed),
        before=before or {},
        outdated=dict(outdated or {}),
    )


def example() -> Topic:
    """Ada, into whom an older profile of hers was merged, is at acme, has a phone, and was refused Bob's email."""
    topic = Topic()
    ada, old, bob = f"cio:{ADA}", f"cio:{OLD}", f"cio:{BOB}"
    topic.add(ada, created(ADA, "ada", "Ada@Example.com", by="m1", at=1))
    topic.add(ada, PersonIdentified(cause=cause("m1", 1), cio_id=ADA))
    topic.add(ada, attributes(ADA, "m1", 1, {"plan": "free", "city": "London"}))
    topic.add(ada, attributes(ADA, "m3", 3, {"plan": "pro"}, before={"plan": "free"}))
    topic.add(ada, attributes(ADA, "m2", 2, outdated={"plan": "m3"}, arrived=3.5))
    topic.add(ada, attributes(ADA, "m4", 4, removed=["city"], before={"city": "London"}))
    topic.add(ada, AttributeRefused(cause=cause("m5", 5), attribute="relationship", reason="reserved", cio_id=ADA))
    topic.add(
        ada,
        FailedAttributeChange(cause=cause("m6", 6), cio_id=ADA, attribute="email", value="bob@x.org", reason="taken"),
    )
    topic.add(ada, AnonymousIdAdded(cause=cause("m1", 1), cio_id=ADA, anonymous_id="anon-1"))
    topic.add(
        ada,
        EventReceived(
            cause=cause("m7", 7), cio_id=ADA, event_type="event", name="Order Completed", id="m7", timestamp=7,
            attributes={"total": 9.5, "note": "\x1b[31mred"}, at=START + 7,
        ),
    )  # fmt: skip
    topic.add(
        ada,
        RelationshipChanged(
            cause=cause("m8", 8), cio_id=ADA, object_type_id="1", object_id="acme", related=True, was_related=False,
            set={"role": "admin"}, removed=[], before={}, outdated={},
        ),
    )  # fmt: skip
    topic.add(
        ada,
        RelationshipChanged(
            cause=cause("m9", 9), cio_id=ADA, object_type_id="1", object_id="acme", related=True, was_related=True,
            set={"team": "blue"}, removed=[], before={}, outdated={},
        ),
    )  # fmt: skip
    topic.add(old, created(OLD, None, "old@example.com", by="m0", at=0), 1)
    topic.add(old, attributes(OLD, "m0", 0, {"phone": "+44"}), 1)
    topic.add(old, PersonMerged(cause=cause("m9", 9), cio_id=OLD, into=ADA), 1)
    names = Identifiers("ada", "Ada@Example.com")
    topic.add(
        ada,
        PersonAbsorbed(
            cause=cause("m9", 9), cio_id=ADA, merged=OLD, before=names, after=names, set={"phone": "+44"}, removed=[]
        ),
    )
    topic.add(bob, created(BOB, "bob", "bob@x.org", by="m10", at=10))
    topic.add(
        "object:1/acme",
        ObjectChanged(
            cause=cause("m8", 8), object_type_id="1", object_id="acme", created=True, set={"name": "Acme [bold]"},
            removed=[], before={}, outdated={},
        ),
    )  # fmt: skip
    topic.add("type:1", ObjectTypeCreated(cause=cause("m8", 8), object_type_id="1", name="Badger"))
    topic.add(
        "device:phone-1",
        DeviceChanged(
            cause=cause("m11", 11), token="phone-1", cio_id=OLD, previous=None, platform="ios", last_used=1_700_000_011,
            attributes={"app": "2"},
        ),
    )  # fmt: skip
    topic.add(
        "anonymous:anon-2", AnonymousWaiting(cause=cause("m12", 12), anonymous_id="anon-2", call="event", waiting=3)
    )
    topic.add("id:gone", HandleSuppressed(cause=cause("m13", 13), handle="id:gone"))
    topic.add(
        "id:nobody",
        MergeRefused(cause=cause("m14", 14), primary="id:nobody", secondary="id:ada", reason="unknown_primary"),
    )
    return topic


async def fill_example(path: Path) -> None:
    await fill(path, example())
