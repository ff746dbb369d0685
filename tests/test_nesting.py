import pytest

from worker.jsontypes import Json
from worker.nesting import nests_deeper


@pytest.mark.parametrize(
    ("value", "levels"), [(5, 0), ("[[", 0), ([], 1), ({}, 1), ([1, {"a": []}], 3), ({"a": [[1]], "b": 2}, 3)]
)
def test_levels(value: Json, levels: int) -> None:
    assert [nests_deeper(value, limit) for limit in range(5)] == [limit < levels for limit in range(5)]


def test_any_depth() -> None:
    value: Json = []
    for _ in range(100_000):
        value = [value]
    assert nests_deeper(value, 100_000)
    assert not nests_deeper(value, 100_001)
