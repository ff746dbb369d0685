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


def test_a_seed_is_one_history() -> None:
    assert check(2, length=60, drop_repeats=False) == check(2, length=60, drop_repeats=False)


@pytest.mark.parametrize(
    ("limit", "most", "seed"),
    [
        ("people.decide.LOCAL_STEPS_MAX", 1, 4082),
        ("people.decide.LOCAL_STEPS_MAX", 1, 4191),
        ("people.decide.LOCAL_STEPS_MAX", 2, 29),
        ("people.decide.LOCAL_STEPS_MAX", 3, 11274),
        ("people.decide.LOCAL_STEPS_MAX", 4, 101),
        ("turn.FULL_BYTES", 600, 11),
        ("turn.FULL_BYTES", 600, 29),
        ("turn.FULL_BYTES", 2000, 30),
    ],
)
def test_what_is_put_off_comes_to_the_same(monkeypatch: pytest.MonkeyPatch, limit: str, most: int, seed: int) -> None:
    """Large merges alone reach the limits, so here they are as small as for small ones."""
    monkeypatch.setattr(f"worker.workspace.{limit}", most)
    assert check(seed) == []
