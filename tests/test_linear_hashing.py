from hypothesis import given
from hypothesis import strategies as st

from worker.linear_hashing import page_of, split_page


@given(st.integers(0, 2**64 - 1), st.integers(1, 5000))
def test_an_entry_stays_or_moves_to_the_page_added_and_only_from_the_one_that_is_split(number: int, pages: int) -> None:
    before, after = page_of(number, pages), page_of(number, pages + 1)
    assert 0 <= before < pages
    assert after == before or (after, before) == (pages, split_page(pages))
