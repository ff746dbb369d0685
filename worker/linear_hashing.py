"""Linear hashing: a set spread over pages grows by one page at a time, which takes its share from one other.

So an entry's page follows from its hash and the number of pages alone, and no step moves more than one page's entries.
"""


def page_of(number: int, pages: int) -> int:
    """The page of a hash among `pages` pages, of which there is one at the least."""
    low = 1 << (pages.bit_length() - 1)
    page = number & (2 * low - 1)
    return page if page < pages else page - low


def split_page(added: int) -> int:
    """The page from which page number `added`, when it is added, takes its share."""
    return added - (1 << (added.bit_length() - 1))
