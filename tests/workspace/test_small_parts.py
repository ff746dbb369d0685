"""Keys, facts, junk, registers."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from worker.workspace.attributes import apply
from worker.workspace.effects import Place
from worker.workspace.facts import REMEMBERED_MAX, Facts, with_gone, with_merged
from worker.workspace.junk import LONGEST, is_junk, too_long
from worker.workspace.keys import DELIVERY, EMAIL, ID, PROFILE, email_key, object_name, split_object_name
from worker.workspace.messages.cause import Cause
from worker.workspace.people.identity import new_cio_id
from worker.workspace.people.lineage import (
    MERGES_MAX,
    Passage,
    above_floor,
    lowered_attributes,
    lowered_register,
    lowered_stamp,
    noted,
    passages,
    raised,
)
from worker.workspace.registers import NEVER, Register

TEXT = st.text("a/%2Fü", max_size=6)


@given(TEXT, TEXT)
def test_an_object_name_tells_type_and_id(object_type_id: str, object_id: str) -> None:
    assert split_object_name(object_name(object_type_id, object_id)) == (object_type_id, object_id)


def test_the_first_letter_tells_the_kinds_of_keys_of_people_apart() -> None:
    assert len({key[0] for key in (ID, EMAIL, PROFILE, DELIVERY)}) == 4


@given(st.tuples(TEXT, TEXT), st.tuples(TEXT, TEXT))
def test_two_objects_have_two_names(one: tuple[str, str], other: tuple[str, str]) -> None:
    assert (object_name(*one) == object_name(*other)) == (one == other)


def test_an_email_is_one_however_it_is_written() -> None:
    assert email_key(" Ada@Example.com ") == email_key("ada@example.COM") == "email:ada@example.com"


def test_merges_are_followed() -> None:
    facts = with_merged(with_merged(with_merged(Facts(), "b", "c"), "a", "b"), "x", "y")
    assert [facts.who(name) for name in "abcdx"] == ["c", "c", "c", "d", "y"]
    assert facts.names("c") == ["b", "a", "c"]


def test_of_two_merges_in_opposite_directions_the_later_word_counts() -> None:
    facts = with_merged(with_merged(with_merged(Facts(), "a", "b"), "b", "c"), "c", "a")
    assert [facts.who(name) for name in "abc"] == ["a", "a", "a"]


def test_facts_are_bounded() -> None:
    facts = Facts()
    for number in range(200):
        facts = with_gone(with_merged(facts, f"a{number}", "b"), f"g{number}", 1.0)
    assert len(facts.merged) == len(facts.gone) == REMEMBERED_MAX
    assert facts.who("a199") == "b"


def test_a_fact_that_is_told_anew_is_the_latest() -> None:
    facts = Facts()
    for number in range(REMEMBERED_MAX):
        facts = with_merged(facts, f"a{number}", "b")
    for name, into in (("a1", "c"), ("another", "b"), ("one more", "b")):
        facts = with_merged(facts, name, into)
    assert [facts.who(f"a{number}") for number in range(4)] == ["a0", "c", "a2", "b"]


@pytest.mark.parametrize(
    "word",
    [
        "",
        " ",
        "''",
        '""',
        "' '",
        "undefined",
        "'null'",
        "NULL ",
        "Anonymous",
        "0",
        "x" * (LONGEST + 1),
        "\u00fc" * (LONGEST // 2 + 1),
        "\1" * (LONGEST // 6 + 1),
        "a\0b",
        "a\0" + "x" * 40,
    ],
)
def test_junk(word: str) -> None:
    assert is_junk(word) == (word != "NULL ")


@pytest.mark.parametrize("word", ["ada", "00", "'", '"', "'nulls", "none-of-these", "undefined user", "Null Island"])
def test_no_junk(word: str) -> None:
    assert not is_junk(word)


@given(st.text("x\u00fc\u20ac\1\n", max_size=40), st.integers(0, 120))
def test_an_identifier_is_as_long_as_its_bytes(identifier: str, longest: int) -> None:
    control = sum(char in "\1\n" for char in identifier)
    assert too_long(identifier, longest) == (len(identifier.encode()) + 5 * control > longest)


@given(st.integers(0, 2**42).map(lambda ms: ms / 1000), st.integers(0, 40))
def test_a_lowered_stamp_can_be_raised_again(time: float, levels: int) -> None:
    stamp = (round(time, 3), "m")
    assert raised(lowered_stamp(stamp, levels)) == stamp
    assert raised(NEVER) == lowered_stamp(NEVER, levels) == NEVER


@given(st.integers(0, 2**32), st.integers(0, 2**32), st.integers(1, 9), st.integers(0, 9))
def test_lower_levels_go_before(one: int, other: int, more: int, less: int) -> None:
    assert lowered_stamp((float(one), "m"), less + more) < lowered_stamp((float(other), "m"), less)


def test_a_note_has_the_merges_on_its_way() -> None:
    first, second = Passage(1.5, 1), Passage(2.5, 3)
    assert passages(noted(noted("", first), second)) == [first, second]
    assert passages("claimed") == passages("") == passages(None) == []
    assert passages(noted("claimed", first)) == [first]


def test_a_relationship_above_the_floor() -> None:
    attributes = apply(
        apply(Register().attributes, {"old": 1}, (1.0, "m1")).attributes, {"new": 2}, (3.0, "m3")
    ).attributes
    floor = (2.0, "m2")
    lowered = above_floor(lowered_register(Register((3.0, "m3"), NEVER, attributes, (3.0, "m3")), 2), floor)
    assert lowered.present
    assert lowered.floor == floor
    assert lowered.attributes.shown() == {"new": 2}
    assert lowered_attributes(attributes, 2).shown() == attributes.shown()
    ended = above_floor(Register((1.0, "m1"), NEVER, attributes, (1.0, "m1")), floor)
    assert not ended.present


def test_the_last_merges_are_noted_at_a_handle_and_no_more() -> None:
    note = ""
    for number in range(3 * MERGES_MAX):
        note = noted(note, Passage(float(number), 1))
    assert [passage.at for passage in passages(note)] == list(range(2 * MERGES_MAX, 3 * MERGES_MAX))


def test_the_next_person_at_a_handle_has_a_cio_id_of_its_own_also_from_the_same_event() -> None:
    place, cause = Place(3, 12), Cause("m", 1.0, 1.0, "segment.events", 0, 0)
    made = [new_cio_id(place, "id:ada", rank, cause) for rank in (1, 1, 2)]
    assert made[0] == made[1] != made[2]
    assert {one[:4] for one in made} == {"0003"}
