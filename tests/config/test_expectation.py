"""What a setting may be, in the words of a problem."""

from typing import Annotated, Literal

import pytest
from msgspec import Meta

from worker.config.expectation import expectation


@pytest.mark.parametrize(
    ("kind", "words"),
    [
        (bool, "true or false"),
        (int, "a whole number"),
        (float | None, "a number"),
        (Annotated[int, Meta(ge=1, le=366)], "a whole number from 1 to 366"),
        (Annotated[int, Meta(ge=0)], "a whole number of 0 or more"),
        (Annotated[float, Meta(gt=0)], "a number above 0"),
        (Annotated[float, Meta(gt=0, le=1)], "a number above 0 and at most 1"),
        (str, "text"),
        (Annotated[str, Meta(min_length=1)], "text that is not empty"),
        (Annotated[str, Meta(description="a name")] | None, "a name"),
        (Literal["a", "b"], "one of: a, b"),
        (tuple[int, ...], "a list, each item a whole number"),
        (dict[str, int], "a section of names and values"),
        (int | str, "a whole number or text"),
    ],
)
def test_words(kind: object, words: str) -> None:
    assert expectation(kind) == words
