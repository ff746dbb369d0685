"""Words about a handle that overtake each other."""

import pytest
from msgspec import Struct
from msgspec.structs import replace

from worker.partitioning import partition_of
from worker.workspace.attributes import Attributes
from worker.workspace.changes import IgnoredSuppressed
from worker.workspace.effects import Effect, Place, Publish, Put, Send
from worker.workspace.messages.calls import Event, Identify
from worker.workspace.messages.cause import Cause
from worker.workspace.messages.merging import Absorb
from worker.workspace.messages.people import Answer, Ask, Block, Clear, PeopleMessage, Rebind, Release
from worker.workspace.people.decide import decide_people
from worker.workspace.people.handles import FORMERS_MAX
from worker.workspace.registers import NEVER
from worker.workspace.settings import WorkspaceSettings
from worker.workspace.values.people import Handle, Profile

KEY = "id:u0"
PARTITIONS = 4
PLACE = Place(partition_of(KEY, PARTITIONS), PARTITIONS)
ELSEWHERE = f"{(PLACE.partition + 1) % PARTITIONS:04x}"
ADA, BOB = f"{ELSEWHERE}aaaaaaaaaaaaaaaa", f"{ELSEWHERE}bbbbbbbbbbbbbbbb"
HERE = f"{PLACE.digits}cccccccccccccccc"
EMAIL, OTHER_EMAIL = [email for number in range(40) if not PLACE.holds(f"email:{(email := f'ada{number}@x.io')}")][:2]
CAUSE = Cause("m1", 10.0, 10.0, "segment.events", 0, 1)


class Table:
    """The state of the handle's partition."""

    def __init__(self) -> None:
        self.values: dict[str, Struct] = {}

    def get(self, key: str) -> Struct | None:
        return self.values.get(key)

    def decide(self, message: PeopleMessage) -> list[Effect]:
        effects = decide_people(self, message, PLACE, WorkspaceSettings())  # type: ignore[arg-type]
        self.values |= {effect.key: effect.value for effect in effects if isinstance(effect, Put)}
        return effects

    @property
    def handle(self) -> Handle:
        found = self.values[KEY]
        assert isinstance(found, Handle)
        return found


def sent(effects: list[Effect]) -> list[Struct]:
    return [effect.message for effect in effects if isinstance(effect, Send)]


def asking() -> tuple[Table, Ask, Identify]:
    """The handle has asked whether it gets the email that came with it."""
    table = Table()
    call = Identify(to=KEY, cause=CAUSE, at=10.0, named=KEY, attributes={"plan": "pro"}, email=EMAIL)
    (ask,) = sent(table.decide(call))
    assert isinstance(ask, Ask)
    assert table.handle.status == "pending"
    return table, ask, call


def granted(ask: Ask, owner: str) -> Answer:
    return Answer(
        to=KEY, cause=CAUSE, wanted=ask.wanted, outcome="granted", cio_id=owner, rank=3, identify=ask.identify
    )


def test_an_answer_that_was_overtaken_by_a_merge_of_who_gave_it_goes_to_the_primary() -> None:
    table, ask, call = asking()
    assert sent(table.decide(Rebind(to=KEY, cause=CAUSE, rank=4, cio_id=BOB))) == []
    (told,) = sent(table.decide(granted(ask, ADA)))
    assert isinstance(told, Identify)
    assert (told.to, told.via, told.attributes) == (f"cio:{BOB}", KEY, call.attributes)
    assert (table.handle.status, table.handle.cio_id) == ("owned", BOB)


def test_an_answer_that_was_overtaken_by_a_release_asks_again() -> None:
    table, ask, _ = asking()
    table.decide(Release(to=KEY, cause=CAUSE, rank=4, cio_id="", until=0.0))
    (again,) = sent(table.decide(granted(ask, ADA)))
    assert isinstance(again, Ask)
    assert again.rank > ask.rank
    assert table.handle.status == "pending"


def test_an_answer_for_an_earlier_question_is_not_taken_for_the_present_one() -> None:
    table, ask, _ = asking()
    table.decide(Release(to=KEY, cause=CAUSE, rank=4, cio_id="", until=0.0))
    later = Cause("m2", 20.0, 20.0, "segment.events", 0, 2)
    table.decide(Identify(to=KEY, cause=later, at=20.0, named=KEY, attributes={}, email=OTHER_EMAIL))
    assert sent(table.decide(granted(ask, ADA))) == []
    assert table.handle.status == "pending", "the earlier call waits behind the later one"
    eve = Answer(
        to=KEY, cause=later, wanted=f"email:{OTHER_EMAIL}", outcome="granted", cio_id=BOB, rank=9,
        identify=Identify(to=KEY, cause=later, at=20.0, named=KEY, attributes={}, email=OTHER_EMAIL),
    )  # fmt: skip
    told = sent(table.decide(eve))
    assert [each.to for each in told if isinstance(each, Identify)] == [f"cio:{BOB}"] * 2


def test_a_handle_remembers_the_last_who_have_given_it_up() -> None:
    table = Table()
    table.values[KEY] = Handle(status="owned", cio_id=ADA)
    for number in range(FORMERS_MAX + 1):
        table.decide(Release(to=KEY, cause=CAUSE, rank=number, cio_id=f"{ADA[:-2]}{number:02}", until=float(number)))
    handle = table.values[KEY]
    assert isinstance(handle, Handle)
    assert [until for _, until in handle.formers] == [float(number) for number in range(1, FORMERS_MAX + 1)]


def test_an_event_of_a_suppressed_handle_is_nobodys() -> None:
    table = Table()
    table.values[KEY] = Handle(status="suppressed", formers=[(ADA, 100.0)])
    event = Event(
        to=KEY, cause=CAUSE, at=50.0, kind="event", name="Done", id="m1", timestamp=50, attributes={}, anonymous_id=""
    )
    (effect,) = table.decide(event)
    assert isinstance(effect, Publish)
    assert isinstance(effect.change, IgnoredSuppressed)


@pytest.mark.parametrize(
    "word",
    [
        Release(to=KEY, cause=CAUSE, rank=2, cio_id=ADA, until=10.0),
        Rebind(to=KEY, cause=CAUSE, rank=2, cio_id=ADA),
        Block(to=KEY, cause=CAUSE, rank=2, cio_id=ADA, at=10.0),
        Clear(to=KEY, cause=CAUSE, rank=2, at=10.0),
    ],
    ids=lambda word: type(word).__name__,
)
def test_word_of_who_owned_it_before_the_present_owner_is_not_heard(word: Release | Rebind | Block | Clear) -> None:
    table = Table()
    before = table.values[KEY] = Handle(status="owned", cio_id=BOB, rank=3)
    assert table.decide(word) == []
    assert table.handle == before
    table.decide(replace(word, rank=3))
    assert table.handle != before


def test_who_absorbs_the_owner_ranks_above_all_that_the_owner_may_have_said() -> None:
    table = Table()
    table.values[KEY] = Handle(status="owned", cio_id=ADA, rank=3)
    table.values[f"cio:{HERE}"] = Profile(HERE, 0.0, rank=1)
    absorb = Absorb(
        to=f"cio:{HERE}", cause=CAUSE, at=10.0, origin=ADA, promised="", again=False, outdone=False, rank=3, level=0,
        created=0.0, identified=True, id="u0", id_at=NEVER, email=None, email_at=NEVER, own_handles={KEY: ""},
        attributes=Attributes(),
    )  # fmt: skip
    table.decide(absorb)
    assert (table.handle.cio_id, table.handle.rank) == (HERE, 4)


@pytest.mark.parametrize("kind", ["event", "identify"])
def test_a_call_that_reaches_who_has_lost_the_handle_goes_to_whose_it_is(kind: str) -> None:
    table = Table()
    table.values[KEY] = Handle(status="owned", cio_id=BOB)
    table.values[f"cio:{HERE}"] = Profile(HERE, 0.0, id="eve")
    call: Event | Identify = Identify(to=f"cio:{HERE}", cause=CAUSE, at=10.0, named=KEY, attributes={}, via=KEY)
    if kind == "event":
        call = Event(
            to=f"cio:{HERE}", cause=CAUSE, at=10.0, kind="event", name="Done", id="m1", timestamp=10, attributes={},
            anonymous_id="", counted=True, via=KEY,
        )  # fmt: skip
    assert table.decide(call) == [Send("people", f"cio:{BOB}", replace(call, to=f"cio:{BOB}"))]


def test_a_rebind_that_was_put_off_does_not_free_who_was_suppressed_since() -> None:
    """Of the many of a large merge some go through the topic; what the primary says later may come before them."""
    table = Table()
    table.decide(Block(to=KEY, cause=CAUSE, rank=4, cio_id=BOB, at=10.0))
    table.decide(Rebind(to=KEY, cause=CAUSE, rank=4, cio_id=BOB))
    assert (table.handle.status, table.handle.cio_id) == ("suppressed", BOB)
    table.decide(Clear(to=KEY, cause=CAUSE, rank=4, at=20.0))
    assert table.handle.status == "free"
