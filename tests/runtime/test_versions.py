"""What is worked around in worker/runtime was seen in these versions: with others, look at each place again."""

from importlib.metadata import version

import pytest


@pytest.mark.parametrize(
    ("library", "seen"), [("faust-streaming", "0.15.3"), ("mode-streaming", "0.7.1"), ("aiokafka", "0.14.0")]
)
def test_the_libraries_are_those_that_the_runtime_was_written_for(library: str, seen: str) -> None:
    assert version(library) == seen
