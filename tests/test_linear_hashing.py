import pytest
from hypothesis import given
from hypothesis import strategies as st

from worker.linear_hashing import page_of, split_page


@given(st.integers(0, 2**64 - 1), st.integers(1, 5000))
def test_an_entry_stays_or_moves_to_the_page_added_and_only_from_the_one_that_is_split(number: int, pages: int) -> None:
    before, after = page_of(number, pages), page_of(number, pages + 1)
    assert 0 <= before < pages
    assert after == before or (after, before) == (pages, split_page(pages))


@given(st.integers(1, 200))
def test_every_page_takes_its_share(pages: int) -> None:
    taken = [page_of(number, pages) for number in range(2 ** pages.bit_length())]
    assert set(taken) == set(range(pages))
    assert max(map(taken.count, taken)) <= 2


@pytest.mark.parametrize(
    ("number", "pages", "page"), [(6, 1, 0), (6, 5, 2), (6, 7, 6), (2**64 - 1, 8, 7), (2**64 - 1, 9, 7)]
)
def test_an_entry_stays_where_it_was_put(number: int, pages: int, page: int) -> None:
    """Pages are kept in the changelog and on disk: an entry that is looked for elsewhere is lost."""
    assert page_of(number, pages) == page
