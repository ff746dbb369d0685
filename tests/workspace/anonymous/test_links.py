"""Whose an anonymousId is, at which time."""

from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace

from tests.workspace.world import World
from worker.workspace.anonymous.links import (
    AGAIN_MAX,
    FORGOTTEN,
    LINKS_MAX,
    Shift,
    continued,
    continues,
    current,
    linked,
    owner_at,
    spans,
)
from worker.workspace.changes import AnonymousUnlinked, LinkSpan
from worker.workspace.picture import attribution
from worker.workspace.values.anonymous import Linked

identifies = st.lists(
    st.tuples(st.integers(0, 20).map(float), st.sampled_from("abc")),
    min_size=1,
    max_size=8,
    unique_by=lambda one: one[0],
)
deletions = st.tuples(st.integers(0, 30).map(float), st.sampled_from("abc"))
TIMES = [time / 2 for time in range(-2, 50)]


def links_of(calls: list[tuple[float, str]]) -> list[Linked]:
    links: list[Linked] = []
    for at, person in calls:
        links, _ = linked(links, person, (at, f"m{at}"))
    return links


def gone(links: list[Linked], person: str, at: float) -> list[Linked]:
    return [replace(one, gone_at=at) if one.cio_id == person and one.gone_at is None else one for one in links]


@given(identifies, st.randoms(use_true_random=False))
def test_the_order_in_which_identifies_arrive_does_not_matter(calls: list[tuple[float, str]], random: Random) -> None:
    shuffled = random.sample(calls, len(calls))
    links, others = links_of(calls), links_of(shuffled)
    assert [owner_at(links, time) for time in TIMES] == [owner_at(others, time) for time in TIMES]
    in_order = sorted(calls)
    for time in TIMES:
        earlier = [person for at, person in in_order if at <= time]
        assert owner_at(links, time) == (earlier[-1] if earlier else in_order[0][1])
    assert current(links) == in_order[-1][1]


@given(identifies, st.tuples(st.integers(0, 30).map(float), st.sampled_from("abcd")))
def test_what_shifts_is_told(calls: list[tuple[float, str]], late: tuple[float, str]) -> None:
    before = links_of(calls)
    after, shift = linked(before, late[1], (late[0], "late"))
    changed = [time for time in TIMES if owner_at(before, time) != owner_at(after, time)]
    if changed:
        assert shift is not None
    for time in changed:
        assert shift is not None
        assert shift.since is None or time >= shift.since
        assert shift.until is None or time < shift.until
        assert owner_at(before, time) == shift.previous


@given(identifies, st.lists(deletions, max_size=3), identifies)
def test_what_is_forgotten_stays_so(
    calls: list[tuple[float, str]], deleted: list[tuple[float, str]], later: list[tuple[float, str]]
) -> None:
    links = links_of(calls)
    for at, person in deleted:
        links = gone(links, person, at)
    forgotten = {time for time in TIMES if owner_at(links, time) == FORGOTTEN}
    for time, person in later:
        links, _ = linked(links, person.upper(), (time + 0.25, f"late {time}"))
        assert forgotten <= {one for one in TIMES if owner_at(links, one) == FORGOTTEN}


@given(identifies, st.integers(0, 30).map(float))
def test_changes_tell_the_same(calls: list[tuple[float, str]], at: float) -> None:
    links = gone(links_of(calls), "a", at)
    told = spans(links)
    intervals = list(attribution.intervals(told))
    for time in TIMES:
        link = attribution.owner_at(told, time)
        here = [one for one in intervals if one.since <= time < one.until]
        expected = owner_at(links, time)
        assert len(here) <= 1
        assert expected == ("" if link is None else FORGOTTEN if link.gone_at is not None else link.cio_id)
        assert expected == ("" if not here else FORGOTTEN if here[0].forgotten else here[0].cio_id)


@given(identifies)
def test_the_same_person_again(calls: list[tuple[float, str]]) -> None:
    links = links_of(calls)
    last = max(calls)
    stamp = (last[0] + 1, "again")
    assert continues(links, last[1], stamp)
    assert continued(links, stamp) == linked(links, last[1], stamp)[0]
    assert not continues(links, "x", stamp)
    assert not continues(gone(links, last[1], 99.0), last[1], stamp)


@given(identifies)
def test_repeats_change_nothing(calls: list[tuple[float, str]]) -> None:
    def repeated(links: list[Linked]) -> list[Linked]:
        for at, person in calls:
            links, shift = linked(links, person, (at, f"m{at}"))
            assert shift is None
        return continued(links, (at, f"m{at}")) if continues(links, person, (at, f"m{at}")) else links

    once = repeated(links_of(calls))
    assert repeated(once) == once
    assert spans(once) == spans(links_of(calls))


@pytest.mark.parametrize("later", [[], [(30.0, "c")]])
def test_an_identify_of_a_forgotten_time_takes_nothing_from_who_came_next(later: list[tuple[float, str]]) -> None:
    links = gone(links_of([(0.0, "a"), (10.0, "b"), *later]), "a", 20.0)
    assert linked(links, "d", (5.0, "late")) == (links, None)


@pytest.mark.parametrize("late", [12.0, 18.0])
def test_what_waited_since_a_deletion_is_forgotten_with_the_next_person_also_for_an_identify_from_between(
    late: float,
) -> None:
    links = gone(gone(links_of([(10.0, "a"), (30.0, "b")]), "a", 15.0), "b", 40.0)
    after, _ = linked(links, "c", (late, "late"))
    assert [owner_at(after, at) for at in (11.0, 20.0, 35.0)] == [FORGOTTEN] * 3


def test_nothing_shifts_from_somebody_who_is_gone() -> None:
    links = gone(links_of([(0.0, "a")]), "a", 20.0)
    after, shift = linked(links, "b", (30.0, "m"))
    assert (shift, owner_at(after, 15.0), owner_at(after, 25.0)) == (None, FORGOTTEN, "b")


def test_links_are_bounded() -> None:
    links = links_of([(float(number), "ab"[number % 2]) for number in range(3 * LINKS_MAX)])
    assert len(links) <= LINKS_MAX
    assert spans(links)[0] == LinkSpan("a", 0.0, None), "the first one's is also the history"
    assert owner_at(links, -1.0) == "a"
    assert current(links) == "b"


def test_who_comes_between_the_last_identifies_of_another_has_only_what_is_between_them() -> None:
    links = links_of([(float(number), "a") for number in range(2 * AGAIN_MAX)])
    assert len(links[0].again) == AGAIN_MAX
    last = 2.0 * AGAIN_MAX - 1
    after, shift = linked(links, "b", (last - 0.5, "late"))
    assert [owner_at(after, at) for at in (last - 0.6, last - 0.4, last)] == ["a", "b", "a"]
    assert shift == Shift(last - 0.5, last, "a")


def test_a_repeated_identify_takes_nothing_of_what_was_forgotten_at_the_same_time() -> None:
    """Ada's identify and Uma's have one time; Uma, who came after her by messageId, was deleted since."""
    links = gone([Linked((10.0, "a1"), [], "ada"), Linked((10.0, "a2"), [], "uma")], "uma", 20.0)
    again, shift = linked(links, "ada", (10.0, "a1"))
    assert spans(again) == spans(links)
    assert shift is None


def told(world: World) -> list[str]:
    tags = [str(change.__struct_config__.tag) for change in world.changes()]
    return [tag for tag in tags if tag.startswith("anonymous_") and tag.endswith("linked")]


def test_only_from_one_living_person_to_another_is_it_told_that_it_has_moved() -> None:
    world = World()
    world.identify("ada", at=50, anonymous="a")
    world.identify("ada", at=10, anonymous="a")
    assert told(world) == ["anonymous_linked", "anonymous_linked"]
    world.semantic("User Deleted", "ada", at=60)
    world.identify("bob", at=70, anonymous="a")
    assert told(world)[2:] == ["anonymous_unlinked", "anonymous_linked"]
    world.identify("eve", at=80, anonymous="a")
    assert told(world)[4:] == ["anonymous_relinked"]


def test_after_a_deletion_the_one_identified_first_has_what_came_since_also_if_word_of_that_comes_late() -> None:
    world = World()
    world.identify("ada", at=50, anonymous="a")
    world.semantic("User Deleted", "ada", at=60)
    world.identify("bob", at=70, anonymous="a")
    world.identify("eve", at=65, anonymous="a")
    _forgotten, *hers, his = (world.track(anonymous="a", at=at) for at in (55, 62, 66, 75))
    assert (world.events("eve"), world.events("bob")) == (hers, [his])


def test_nobody_has_it_once_its_last_person_is_deleted() -> None:
    world = World()
    world.identify("ada", anonymous="a")
    world.semantic("User Deleted", "ada")
    (told,) = world.told("anonymous_unlinked")
    assert isinstance(told, AnonymousUnlinked)
    assert told.linked_to is None
