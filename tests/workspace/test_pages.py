"""Sets in pages against plain ones; pages stay small."""

from functools import reduce
from hashlib import blake2b
from operator import xor
from typing import TypeAlias
from zlib import crc32

from hypothesis import given, settings
from hypothesis import strategies as st
from msgspec import Struct

from worker.workspace import pages, queues
from worker.workspace.effects import Place
from worker.workspace.messages.calls import Erase
from worker.workspace.messages.cause import Cause
from worker.workspace.settings import WorkspaceSettings
from worker.workspace.turn import Turn
from worker.workspace.values.records import Names, Queue

Step: TypeAlias = tuple[bool, str]

steps: st.SearchStrategy[list[Step]] = st.lists(
    st.tuples(st.booleans(), st.integers(0, 400).map(str)), min_size=100, max_size=400
)


def turn(state: dict[str, Struct] | None = None) -> Turn:
    return Turn({} if state is None else state, Place(0, 1), WorkspaceSettings())


@settings(max_examples=40)
@given(steps)
def test_names_are_a_set(all_steps: list[Step]) -> None:
    one, count, expected = turn(), 0, {}
    for adds, name in all_steps:
        if adds:
            count = pages.add(one, "handles", "x", count, name, f"note {name}")
            expected[name] = f"note {name}"
        else:
            pages.discard(one, "handles", "x", count, name)
            expected.pop(name, None)
    found: dict[str, str] = {}
    for page in range(count):
        entries = pages.names(one, "handles", "x", page)
        assert len(entries) < 4 * pages.PAGE_NAMES
        assert not found.keys() & entries.keys()
        found |= entries
    assert found == expected
    assert all(pages.note(one, "handles", "x", count, name) == expected.get(name) for _, name in all_steps)


def test_a_note_is_replaced() -> None:
    one = turn()
    count = pages.add(one, "devices", "x", 0, "t", "held")
    assert pages.add(one, "devices", "x", count, "t", "known") == count == 1
    assert pages.note(one, "devices", "x", count, "t") == "known"
    assert pages.take(one, "devices", "x", 0) == {"t": "known"}
    assert one.get("devices/0/x") is None


def test_a_decision_touches_few_pages() -> None:
    state: dict[str, Struct] = {}
    count = 0
    for number in range(5_000):
        one = turn(state)
        count = pages.add(one, "members", "x", count, f"name {number}")
        written = [effect for effect in one.effects() if getattr(effect, "key", "").startswith("members/")]
        assert len(written) <= 3
        state.update({effect.key: effect.value for effect in written})  # type: ignore[union-attr]
    sizes = [len(page.entries) for page in state.values() if isinstance(page, Names)]
    assert len(sizes) == count
    assert sum(sizes) == 5_000
    assert max(sizes) < 4 * pages.PAGE_NAMES


def test_names_chosen_to_have_one_checksum_are_spread_all_the_same() -> None:
    # CRC-32 is linear: of 64 places with one of two letters each, 32 can be chosen freely and the others make up for it
    start = crc32(b"a" * 64)
    pivots: dict[int, tuple[int, int]] = {}
    same: list[int] = []
    for place in range(64):
        checksum, places = crc32(b"a" * place + b"b" + b"a" * (63 - place)) ^ start, 1 << place
        while checksum and (pivot := pivots.get(checksum.bit_length())):
            checksum, places = checksum ^ pivot[0], places ^ pivot[1]
        if checksum:
            pivots[checksum.bit_length()] = (checksum, places)
        else:
            same.append(places)
    one, count = turn(), 0
    for number in range(2_000):
        chosen = reduce(xor, (places for bit, places in enumerate(same) if number >> bit & 1), 0)
        name = "".join("b" if chosen >> place & 1 else "a" for place in range(64))
        assert crc32(name.encode()) == start
        count = pages.add(one, "anonymous", "0003a1b2c3d4e5f60718", count, name)
    sizes = [len(pages.names(one, "anonymous", "0003a1b2c3d4e5f60718", page)) for page in range(count)]
    assert sum(sizes) == 2_000
    assert max(sizes) < 4 * pages.PAGE_NAMES


def test_digests_tell_repeats() -> None:
    one, count = turn(), 0
    told = [pages.digest_of("event", "Done", f"m{number}") for number in range(1_000)]
    for digest in told:
        added = pages.add_digest(one, "x", count, digest)
        assert added is not None
        count = added
    assert all(pages.add_digest(one, "x", count, digest) is None for digest in told)
    assert all(pages.has_digest(one, "x", count, digest) for digest in told)
    assert not pages.has_digest(one, "x", count, pages.digest_of("event", "Done", "other"))
    assert sum(len(pages.digests(one, "x", page)) for page in range(count)) == pages.DIGEST * len(told)


def test_a_digest_tells_texts_with_nul_characters_apart() -> None:
    told = [
        ("event", "a\0b", "c"),
        ("event", "a", "b\0c"),
        ("event", "a\0", "c"),
        ("event", "a", "\0c"),
        ("event", "a", "c"),
    ]
    assert len({pages.digest_of(*texts) for texts in told}) == len(told)
    assert pages.digest_of("event", "a", "c") == blake2b(b"event\0a\0c", digest_size=pages.DIGEST).digest()


def test_a_full_set_of_digests_forgets_the_oldest() -> None:
    one, most = turn(), pages.DIGEST_PAGES_MAX
    told = [bytes([0, 0, 0, 0, number, *bytes(7)]) for number in range(pages.PAGE_DIGESTS + 1)]
    for digest in told:
        assert pages.add_digest(one, "x", most, digest) == most
    assert pages.add_digest(one, "x", most, told[-1]) is None
    assert pages.add_digest(one, "x", most, told[0]) == most


def test_a_queue_keeps_its_order() -> None:
    one, queue = turn(), Queue()
    why = Cause("m", 1.0, 1.0, "t", 0, 0)
    calls = [Erase(to=f"id:{number}", cause=why, at=1.0, action="delete") for number in range(3)]
    for call in calls:
        queue = queues.append(one, "calls", "id:x", queue, call)
    assert len(queue) == 3
    assert queues.peek(one, "calls", "id:x", queue) == calls[0]
    got = []
    while queue:
        call_, queue = queues.pop(one, "calls", "id:x", queue)
        got.append(call_)
    assert got == calls
    assert all(value is None for value in (one.get(f"calls/{number}/id:x") for number in range(3)))


def test_pages_of_the_longest_names_are_of_fewer() -> None:
    one, count = turn(), 0
    for number in range(200):
        count = pages.add(one, "devices", "x", count, f"{number}".ljust(2000, "t"), "held")
    sizes = [sum(map(len, pages.names(one, "devices", "x", page))) for page in range(count)]
    assert sum(sizes) == 200 * 2000
    assert max(sizes) < 4 * pages.PAGE_BYTES
