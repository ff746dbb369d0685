"""The set that forgets by time."""

import random
from hashlib import blake2b

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from worker.metrics.recent import DAY, MAX_SWEPT, PAGE_ENTRIES, RecentPage, RecentSet, RecentShape, RecentValue
from worker.workspace.effects import Delete, Put

START = 1_700_000_000.0


class Table:
    """A table's partition that keeps values as the changelog does."""

    def __init__(self) -> None:
        self.values: dict[str, bytes] = {}
        self.reads = 0
        self._decoder = msgspec.json.Decoder(RecentValue)

    def get(self, key: str) -> RecentValue | None:
        self.reads += 1
        raw = self.values.get(key)
        return None if raw is None else self._decoder.decode(raw)

    def apply(self, effects: list[Put | Delete]) -> None:
        for effect in effects:
            match effect:
                case Put():
                    self.values[effect.key] = msgspec.json.encode(effect.value)
                case Delete():
                    del self.values[effect.key]

    def entries(self) -> int:
        pages = [self.get(key) for key in self.values]
        return sum(len(page.entries) // 16 for page in pages if isinstance(page, RecentPage))

    def shape(self, name: str = "seen") -> RecentShape:
        shape = self.get(f"{name}/shape")
        assert isinstance(shape, RecentShape)
        return shape


def add(table: Table, recent: RecentSet, text: str, arrived: float) -> bool:
    effects = recent.add(table, text, arrived)
    if effects is None:
        return False
    table.apply(effects)
    return True


def test_a_text_is_added_once() -> None:
    table, recent = Table(), RecentSet("seen", 8 * DAY)
    assert add(table, recent, "a", START)
    assert not add(table, recent, "a", START + 1)
    assert add(table, recent, "b", START)


def test_sets_of_a_table_are_apart() -> None:
    table = Table()
    assert add(table, RecentSet("seen", DAY), "a", START)
    assert add(table, RecentSet("first", DAY), "a", START)


@pytest.mark.parametrize(("after", "known"), [(8 * DAY - 1, True), (8 * DAY, True), (8 * DAY + 1, False)])
def test_a_text_is_kept_for_its_time_from_the_first_arrival(after: float, known: bool) -> None:
    table, recent = Table(), RecentSet("seen", 8 * DAY)
    add(table, recent, "a", START)
    assert not add(table, recent, "a", START + 4 * DAY)
    assert add(table, recent, "a", START + after) != known


@given(st.lists(st.tuples(st.integers(0, 60), st.integers(0, 3000)), max_size=400))
def test_it_equals_a_plain_dictionary(steps: list[tuple[int, int]]) -> None:
    keep = 10_000
    table, recent, model, now = Table(), RecentSet("seen", keep), dict[str, float](), START
    for number, pause in steps:
        now += pause
        text = f"event {number}"
        expected = text not in model or now - model[text] > keep
        assert add(table, recent, text, now) == expected
        if expected:
            model[text] = now
        assert table.shape().entries == table.entries()


def test_pages_stay_small_and_nothing_is_lost_as_it_grows() -> None:
    table, recent = Table(), RecentSet("seen", 8 * DAY)
    texts = [f"01E4C4CT6YDC7Y5M7F{number:08d}" for number in range(5000)]
    for number, text in enumerate(texts):
        assert add(table, recent, text, START + number)
    assert table.entries() == table.shape().entries == 5000
    assert table.shape().pages == -(-5000 // PAGE_ENTRIES)
    assert max(len(raw) for raw in table.values.values()) < 2000
    assert not any(add(table, recent, text, START + 5000) for text in texts)


def test_a_decision_reads_and_writes_few_pages() -> None:
    table, recent = Table(), RecentSet("seen", 8 * DAY)
    for number in range(2000):
        before = table.reads
        effects = recent.add(table, str(number), START + number * 10)
        assert effects is not None
        assert len(effects) <= 4
        assert table.reads - before <= 4
        table.apply(effects)


def test_nor_does_the_first_one_after_a_long_pause_look_at_every_page() -> None:
    table, recent = Table(), RecentSet("seen", DAY)
    for number in range(3000):
        add(table, recent, str(number), START)
    for after, most in ((100 * DAY, MAX_SWEPT + 4), (100 * DAY + 1, 4)):
        before = table.reads
        add(table, recent, f"{after}", START + after)
        assert table.reads - before <= most


def test_what_has_expired_is_dropped_while_others_arrive() -> None:
    table, recent = Table(), RecentSet("seen", 8 * DAY)
    for number in range(3000):
        add(table, recent, f"old {number}", START + number)
    full = sum(map(len, table.values.values()))
    for number in range(200):
        add(table, recent, f"new {number}", START + 9 * DAY + number * DAY / 100)
    assert table.entries() == table.shape().entries == 200
    assert RecentPage(b"") not in [table.get(key) for key in table.values]
    assert sum(map(len, table.values.values())) < full / 4


def test_steady_traffic_needs_steady_space() -> None:
    table, recent = Table(), RecentSet("seen", DAY)
    sizes = []
    for day in range(6):
        for number in range(1500):
            add(table, recent, f"{day} {number}", START + (day + number / 1500) * DAY)
        sizes.append((len(table.values), table.shape().pages, table.entries()))
        assert table.shape().entries == table.entries()
    # Half of what a page holds expires between two writes of it; the sweep takes that away within a day.
    assert sizes[2:] == [pytest.approx(sizes[2], rel=0.05)] * 4
    assert sizes[-1][2] < 2.2 * 1500


def test_a_hash_is_not_found_across_two_entries() -> None:
    table, recent = Table(), RecentSet("seen", 8 * DAY)
    digest = blake2b(b"a", digest_size=12).digest()
    now = int(START).to_bytes(4, "big")
    entries = now + bytes(8) + digest[:4] + digest[4:8] + digest[8:] + bytes(8)
    assert len(entries) == 32
    assert digest in entries
    table.apply([Put("seen/shape", RecentShape(2, 1, 0, START)), Put("seen/0", RecentPage(entries))])
    assert add(table, recent, "a", START)
    assert not add(table, recent, "a", START)


def test_arrivals_that_go_back_lose_nothing() -> None:
    table, recent, rng = Table(), RecentSet("seen", 8 * DAY), random.Random(7)
    for number in range(1000):
        assert add(table, recent, str(number), START + rng.uniform(-3, 3) * DAY)
    assert not any(add(table, recent, str(number), START) for number in range(1000))


@pytest.mark.parametrize("arrived", [-1.0, 0.0, 2.0**33])
def test_any_time_is_taken(arrived: float) -> None:
    table, recent = Table(), RecentSet("seen", 8 * DAY)
    assert add(table, recent, "a", arrived)
    assert not add(table, recent, "a", arrived)
