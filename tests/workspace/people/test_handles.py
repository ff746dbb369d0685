"""Words about a handle that overtake each other."""

from msgspec import Struct

from worker.partitioning import partition_of
from worker.workspace.changes import IgnoredSuppressed
from worker.workspace.effects import Effect, Place, Publish, Put, Send
from worker.workspace.messages.calls import Event, Identify
from worker.workspace.messages.cause import Cause
from worker.workspace.messages.people import Answer, Ask, PeopleMessage, Rebind, Release
from worker.workspace.people.decide import decide_people
from worker.workspace.people.handles import FORMERS_MAX
from worker.workspace.settings import WorkspaceSettings
from worker.workspace.values.people import Handle

KEY = "id:u0"
PARTITIONS = 4
PLACE = Place(partition_of(KEY, PARTITIONS), PARTITIONS)
ELSEWHERE = f"{(PLACE.partition + 1) % PARTITIONS:04x}"
ADA, BOB = f"{ELSEWHERE}aaaaaaaaaaaaaaaa", f"{ELSEWHERE}bbbbbbbbbbbbbbbb"
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
