"""A flush goes on in steps; what happens in between counts too."""

from collections import deque

import msgspec
from msgspec import Struct

from worker.jsontypes import Json
from worker.workspace.anonymous import decide_anonymous
from worker.workspace.anonymous.flushing import FLUSH_STEP
from worker.workspace.anonymous.waiting import KEEP_SECONDS
from worker.workspace.effects import Delete, Place, Put, Send
from worker.workspace.keys import anonymous_key
from worker.workspace.messages.anonymous import AnonymousMessage, ContinueFlush, Link, Under, Unlink
from worker.workspace.messages.calls import Event
from worker.workspace.messages.cause import Cause
from worker.workspace.settings import WorkspaceSettings
from worker.workspace.values.anonymous import Anonymous

KEY = anonymous_key("a")
ADA, BOB = "0000aaaaaaaaaaaaaaaa", "0000bbbbbbbbbbbbbbbb"


class Table:
    """Table anonymous alone: what it says to itself is kept back until `go_on`."""

    def __init__(self) -> None:
        self.state: dict[str, Struct] = {}
        self.sent: list[Send] = []
        self._to_itself: deque[AnonymousMessage] = deque()
        self.most_written = 0
        """Bytes, of one decision."""

    def tell(self, message: AnonymousMessage) -> None:
        written = 0
        for effect in decide_anonymous(self.state, message, Place(0, 1), WorkspaceSettings()):  # type: ignore[arg-type]
            match effect:
                case Put():
                    written += len(msgspec.json.encode(effect.value))
                    self.state[effect.key] = effect.value
                case Delete():
                    self.state.pop(effect.key, None)
                case Send(message=ContinueFlush() as more):
                    self._to_itself.append(more)
                case Send():
                    self.sent.append(effect)
                case _:
                    pass

        self.most_written = max(self.most_written, written)

    def go_on(self) -> None:
        while self._to_itself:
            self.tell(self._to_itself.popleft())

    @property
    def waiting(self) -> int:
        anonymous = self.state[KEY]
        assert isinstance(anonymous, Anonymous)
        return anonymous.waiting


def cause(name: str, at: float) -> Cause:
    return Cause(name, at, at, "segment.events", 0, 0)


def event(name: str, at: float, **attributes: Json) -> Under:
    call = Event(
        to=KEY, cause=cause(name, at), at=at, kind="event", name="Done", id=name, timestamp=at, attributes=attributes,
        anonymous_id="a",
    )  # fmt: skip
    return Under(to=KEY, cause=call.cause, call=call)


def test_who_is_linked_during_a_flush_gets_what_that_put_back() -> None:
    """Ada was deleted while her events were on their way out: what is of a later time is the next person's."""
    table = Table()
    count = 3 * FLUSH_STEP
    for number in range(count):
        table.tell(event(f"m{number}", 1000 + number))
    table.tell(Link(to=KEY, cause=cause("ada", 2000), at=10, cio_id=ADA))
    assert table.waiting == count - FLUSH_STEP
    table.tell(Unlink(to=KEY, cause=cause("gone", 2000), at=20, cio_id=ADA))
    table.tell(ContinueFlush(to=KEY, cause=cause("ada", 2000)))
    assert table.waiting == count - FLUSH_STEP
    table.tell(Link(to=KEY, cause=cause("bob", 2001), at=30, cio_id=BOB))
    table.go_on()
    assert table.waiting == 0
    assert len(table.sent) == count


def test_a_flush_that_is_under_way_drops_nothing_because_of_a_later_identify() -> None:
    table = Table()
    count = 3 * FLUSH_STEP
    for number in range(count):
        table.tell(event(f"m{number}", 1000 + number))
    table.tell(Link(to=KEY, cause=cause("ada", 1000 + KEEP_SECONDS), at=10, cio_id=ADA))
    table.tell(Link(to=KEY, cause=cause("again", 2000 + KEEP_SECONDS), at=20, cio_id=ADA))
    table.go_on()
    assert len(table.sent) == count


def test_calls_leave_in_the_order_of_their_times_not_of_their_arrival() -> None:
    table = Table()
    for name, at in (("late", 1030), ("b", 1010), ("a", 1010), ("early", 1000)):
        table.tell(event(name, at))
    table.tell(Link(to=KEY, cause=cause("ada", 2000), at=10, cio_id=ADA))
    table.go_on()
    assert [sent.message.id for sent in table.sent if isinstance(sent.message, Event)] == ["early", "a", "b", "late"]


def test_large_events_that_are_nobodys_are_put_back_a_few_at_a_time() -> None:
    """Else the step writes more than one record may, and with its dead letter the flush would never go on."""
    table = Table()
    for number in range(FLUSH_STEP + 20):
        table.tell(event(f"m{number}", 1000 + number, properties="x" * 100_000))
    table.tell(Link(to=KEY, cause=cause("ada", 2000), at=10, cio_id=ADA))
    table.tell(Unlink(to=KEY, cause=cause("gone", 2000), at=20, cio_id=ADA))
    table.go_on()
    assert table.waiting == 20
    assert table.most_written < 500_000
