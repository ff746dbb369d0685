"""Some hundreds of histories through clusters with faults (checks.py).

One of them again: python -m tests.simulation --seed N.
"""

import pytest

from tests.simulation.checks import check

CHUNK = 15
HISTORIES = 300

FOUND_ONCE = [
    123,
    1705,
    2387,
    3167,
    4451,
    5779,
    20470,
    20708,
    21514,
    21532,
    40744,
    40883,
    102359,
    503384,
    504851,
    604138,
    2005958,
    9200605,
    9300568,
    9502422,
    20001361,
    23000573,
    50001026,
    60008438,
    70006995,
]
"""Seeds that have found something, as long as histories are drawn as they are."""


@pytest.mark.parametrize("first", range(0, HISTORIES, CHUNK))
def test_nothing_is_wrong_after_any_history(first: int) -> None:
    wrong = {seed: found for seed in range(first, first + CHUNK) if (found := check(seed))}
    assert not wrong


@pytest.mark.parametrize("seed", FOUND_ONCE)
def test_what_was_wrong_once(seed: int) -> None:
    assert check(seed) == []


@pytest.mark.parametrize(("most", "seed"), [(1, 4082), (1, 4191), (2, 29), (4, 101)])
def test_what_is_put_off_comes_to_the_same(monkeypatch: pytest.MonkeyPatch, most: int, seed: int) -> None:
    """Large merges alone reach the limit, so here it is as small as for small ones."""
    monkeypatch.setattr("worker.workspace.people.decide.LOCAL_STEPS_MAX", most)
    assert check(seed) == []


def test_a_seed_is_one_history() -> None:
    assert check(2, length=60, drop_repeats=False) == check(2, length=60, drop_repeats=False)
