"""Last writer wins, in any order of arrival; within bounds."""

from random import Random
from typing import TypeAlias

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from worker.jsontypes import Json
from worker.runtime.unit import VALUE_BYTES
from worker.segment.events import MAX_MESSAGE_ID
from worker.workspace.attributes import (
    BYTES_MAX,
    COUNT_MAX,
    REMOVED_MAX,
    REMOVED_NAME_MAX,
    Attributes,
    apply,
    differ,
    fill,
    newer_than,
    newest,
)
from worker.workspace.wire import Stamp

Call: TypeAlias = tuple[dict[str, Json], Stamp]

names = st.sampled_from(("plan", "city", "seats", "ü"))
given_values: st.SearchStrategy[Json] = st.one_of(
    st.none(), st.just(""), st.booleans(), st.integers(), st.text("aü\0", max_size=5), st.just({"deep": [1]})
)
stamps = st.tuples(st.integers(0, 5).map(float), st.sampled_from(("m1", "m2", "m3")))
calls: st.SearchStrategy[list[Call]] = st.lists(
    st.tuples(st.dictionaries(names, given_values, max_size=4), stamps), max_size=8, unique_by=lambda call: call[1]
)


def applied(all_calls: list[Call]) -> Attributes:
    attributes = Attributes()
    for call, stamp in all_calls:
        attributes = apply(attributes, call, stamp).attributes
    return attributes


def filled(count: int, prefix: str = "a") -> Attributes:
    return applied([({f"{prefix}{number}": 1 for number in range(count)}, (1.0, "m"))])


@given(calls, st.randoms(use_true_random=False))
def test_the_order_of_arrival_does_not_matter(all_calls: list[Call], random: Random) -> None:
    expected = applied(sorted(all_calls, key=lambda call: call[1]))
    random.shuffle(all_calls)
    assert applied(all_calls).values == expected.values


@given(calls)
def test_a_repeat_changes_nothing(all_calls: list[Call]) -> None:
    once = applied(all_calls)
    for call, stamp in all_calls:
        outcome = apply(once, call, stamp)
        assert outcome.attributes == once
        assert not outcome.set
        assert not outcome.removed


@given(calls)
def test_the_size_is_that_of_what_is_shown(all_calls: list[Call]) -> None:
    attributes = applied(all_calls)
    anew = applied([(attributes.shown(), (9.0, "m"))])
    assert attributes.size == anew.size


@given(calls, calls)
def test_the_newest_of_two(some: list[Call], others: list[Call]) -> None:
    one, other = applied(some), applied(others)
    assert newest(one, other).attributes.shown().keys() <= one.values.keys() | other.values.keys()
    assert newest(one, one).attributes == one
    assert newest(Attributes(), other).attributes.values == other.values


@given(calls, calls)
def test_filling_keeps_what_is_set(some: list[Call], others: list[Call]) -> None:
    mine, theirs = applied(some), applied(others)
    both = fill(mine, theirs).attributes.shown()
    assert mine.shown().items() <= both.items()
    assert {name: value for name, value in theirs.shown().items() if name not in mine.shown()}.items() <= both.items()
    assert both.keys() == mine.shown().keys() | theirs.shown().keys()


def test_what_a_call_did_is_told() -> None:
    before = applied([({"plan": "free", "city": "Oslo"}, (2.0, "m2"))])
    outcome = apply(before, {"plan": "pro", "city": None, "new": 1}, (3.0, "m3"))
    assert outcome.set == {"plan": "pro", "new": 1}
    assert outcome.removed == ["city"]
    assert outcome.before == {"plan": "free", "city": "Oslo"}
    late = apply(outcome.attributes, {"plan": "old", "late": 1}, (1.0, "m1"))
    assert late.outdated == {"plan": "m3"}
    assert late.set == {"late": 1}


def test_an_older_value_does_not_bring_back_what_was_removed() -> None:
    removed = applied([({"plan": "free"}, (1.0, "m1")), ({"plan": ""}, (3.0, "m3"))])
    assert apply(removed, {"plan": "late"}, (2.0, "m2")).attributes.shown() == {}


def test_nothing_applies_below_the_floor() -> None:
    assert apply(Attributes(), {"plan": "free"}, (1.0, "m1"), floor=(1.0, "m1")).attributes == Attributes()
    assert apply(Attributes(), {"plan": "free"}, (1.0, "m2"), floor=(1.0, "m1")).written


def test_there_is_room_for_so_many() -> None:
    full = filled(COUNT_MAX)
    outcome = apply(full, {"one more": 1, "a0": 2}, (2.0, "m"))
    assert outcome.refused == ["one more"]
    assert outcome.set == {"a0": 2}
    freed = apply(full, {"a0": None, "one more": 1}, (2.0, "m"))
    assert freed.set == {"one more": 1}


def test_there_is_room_for_so_many_bytes() -> None:
    most = apply(Attributes(), {"long": "x" * (BYTES_MAX - 100)}, (1.0, "m"))
    outcome = apply(most.attributes, {"more": "y" * 100, "short": 1}, (2.0, "m"))
    assert outcome.refused == ["more"]
    assert outcome.set == {"short": 1}
    shorter = apply(most.attributes, {"long": "x", "more": "y" * 100}, (2.0, "m"))
    assert shorter.set == {"long": "x", "more": "y" * 100}


def test_filling_leaves_out_what_there_is_no_room_for() -> None:
    united = fill(filled(COUNT_MAX - 1), filled(3, "b"))
    assert len(united.attributes.shown()) == COUNT_MAX
    assert united.left_out == ["b1", "b2"]


def test_removals_are_remembered_up_to_a_number() -> None:
    attributes = applied([({"kept": 1}, (-1.0, "m"))])
    for number in range(REMOVED_MAX + 50):
        attributes = apply(attributes, {f"a{number}": None}, (float(number), "m")).attributes
    assert len(attributes.values) == REMOVED_MAX + 1
    assert attributes.shown() == {"kept": 1}, "what is set is older than they, and no removal"
    assert "a0" not in attributes.values
    assert f"a{REMOVED_MAX + 49}" in attributes.values


def test_only_the_newer_ones() -> None:
    attributes = applied([({"old": "x"}, (1.0, "m1")), ({"new": "yy"}, (2.0, "m2"))])
    assert newer_than(attributes, (1.0, "m1")) == applied([({"new": "yy"}, (2.0, "m2"))])


def test_true_is_not_1() -> None:
    assert differ(True, 1)
    assert differ({"deep": [0]}, {"deep": [False]})
    assert not differ({"a": 1, "b": 2}, {"b": 2, "a": 1})
    assert not differ(None, None)


def test_only_removed_attributes_with_names_of_some_length_are_remembered() -> None:
    short, long = "a" * REMOVED_NAME_MAX, "a" * (REMOVED_NAME_MAX + 1)
    attributes = applied([({short: 1, long: 2}, (1.0, "m1"))])
    outcome = apply(attributes, {short: None, long: None, "b" * 100_000: None}, (2.0, "m2"))
    assert outcome.removed == [short, long]
    assert [*outcome.attributes.values] == [short]
    assert outcome.attributes.size == 0


def test_texts_take_the_room_that_they_have_in_json() -> None:
    attributes, refused = Attributes(), []
    for number, char in enumerate('a\1\u00fc\n"' * 8):
        outcome = apply(attributes, {f"{char}{number}": char * 15_000}, (float(number), "m"))
        attributes = outcome.attributes
        refused += outcome.refused
    assert refused
    assert len(msgspec.json.encode(attributes.shown())) <= BYTES_MAX
    replaced = apply(attributes, {"a0": "\1" * 15_000}, (100.0, "m"))
    assert replaced.refused == ["a0"]


@pytest.mark.parametrize("char", ["a", '"', "\1"])
def test_the_largest_set_that_two_people_come_to_can_be_stored(char: str) -> None:
    size = len(msgspec.json.encode(char)) - 2
    longest = char * (MAX_MESSAGE_ID // size)
    people = []
    for prefix in "ab":
        names_ = [f"{prefix}{number:03}{char * ((REMOVED_NAME_MAX - 4) // size)}" for number in range(REMOVED_MAX)]
        known: dict[str, Json] = dict.fromkeys(names_, 1)
        removed: dict[str, Json] = dict.fromkeys(names_)
        values: dict[str, Json] = {f"{prefix}{number}": char * (1_920 // size) for number in range(COUNT_MAX // 2)}
        said = ((known, 1e9), (removed, 1e9 + 0.1), (values, 1e9 + 0.2))
        people.append(applied([(call, (at, longest)) for call, at in said]))
        assert len(people[-1].values) > REMOVED_MAX
    for united in (fill(*people), newest(*people)):
        assert len(msgspec.json.encode(united.attributes)) < VALUE_BYTES
