"""A set of texts that forgets by time, kept in a keyed table in small pages.

A text is kept as 12 bytes of its hash with the second of its arrival. Hashing spreads the texts over pages (linear
hashing: one page is split whenever the average page is full, so that no decision moves more than one page), and a page
drops what has expired whenever it is written. A sweep, paced by arrival times, does the same for pages nobody writes.
So the table holds what arrived in the last `keep_seconds` and about a day; a page is about 16 entries, 350 bytes of
JSON.
"""

from hashlib import blake2b
from typing import Final, TypeAlias

from msgspec import Struct

from worker.linear_hashing import page_of, split_page
from worker.workspace.effects import Delete, Put, State

DAY: Final = 86_400
"""Seconds of a day, in which the sweep looks at every page once."""

PAGE_ENTRIES: Final = 16
"""Average number of entries a page may have. A page is written whole for every text, so it is small."""

MAX_SWEPT: Final = 64
"""Most pages swept in one decision: after a long pause the sweep goes on with the events that follow."""

_DIGEST: Final = 12
_TIME: Final = 4
_ENTRY: Final = _TIME + _DIGEST
_LAST_TIME: Final = 2 ** (8 * _TIME) - 1


class RecentShape(Struct, frozen=True, array_like=True, tag="shape"):
    """How many `entries` and `pages` a set has, the next page to sweep, and up to which second it is swept."""

    entries: int
    pages: int
    sweep_page: int
    swept: float


class RecentPage(Struct, frozen=True, array_like=True, tag="page"):
    """Entries in the order they came, each 4 bytes of arrival time (unix seconds, big-endian) and 12 of hash."""

    entries: bytes


RecentValue: TypeAlias = RecentShape | RecentPage
"""The values of a table that holds such sets."""


class RecentSet:
    """The set called `name`, one of several in a table; it holds a text for `keep_seconds` after it was first added."""

    def __init__(self, name: str, keep_seconds: int) -> None:
        self._shape_key = f"{name}/shape"
        self._prefix = f"{name}/"
        self._keep = keep_seconds

    def add(self, state: State[RecentValue], text: str, arrived: float) -> list[Put | Delete] | None:
        """The writes that add `text`, or None when it is there already. `arrived` is the present, in unix seconds."""
        digest = blake2b(text.encode("utf-8", "surrogatepass"), digest_size=_DIGEST).digest()
        shape = state.get(self._shape_key)
        if not isinstance(shape, RecentShape):
            shape = RecentShape(0, 1, 0, arrived)
        second = min(max(int(arrived), 0), _LAST_TIME)
        expired_before = second - self._keep
        page = _page_of(digest, shape.pages)
        stored = _entries_at(state, f"{self._prefix}{page}")
        kept = _without_expired(stored, expired_before)
        if _contains(kept, digest):
            return None
        entries = kept + second.to_bytes(_TIME, "big") + digest
        count = shape.entries + (len(entries) - len(stored)) // _ENTRY
        if count <= shape.pages * PAGE_ENTRIES and (arrived - shape.swept) * shape.pages < DAY:
            return [
                Put(f"{self._prefix}{page}", RecentPage(entries)),
                Put(self._shape_key, RecentShape(count, shape.pages, shape.sweep_page, shape.swept)),
            ]
        tidying = _Tidying(state, self._prefix, expired_before, shape, count, {page: entries})
        tidying.split()
        tidying.sweep(arrived)
        return [*tidying.writes(), Put(self._shape_key, tidying.shape())]


class _Tidying:
    """A decision that does more than add an entry: it splits a page or sweeps some. `written`: the pages it changes."""

    def __init__(
        self,
        state: State[RecentValue],
        prefix: str,
        expired_before: int,
        shape: RecentShape,
        count: int,
        written: dict[int, bytes],
    ) -> None:
        self._state = state
        self._prefix = prefix
        self._expired_before = expired_before
        self._count = count
        self._pages = shape.pages
        self._sweep_page = shape.sweep_page
        self._swept = shape.swept
        self._written = written

    def split(self) -> None:
        """Where the average page is too full add one: the page it halves gives up the entries that belong there."""
        added = self._pages
        if self._count <= added * PAGE_ENTRIES:
            return
        halved = split_page(added)
        self._pages = added + 1
        entries = self._entries(halved)
        stay, move = bytearray(), bytearray()
        for start in range(0, len(entries), _ENTRY):
            entry = entries[start : start + _ENTRY]
            (move if _page_of(entry[_TIME:], self._pages) == added else stay).extend(entry)
        if move:
            self._written[halved] = bytes(stay)
            self._written[added] = bytes(move)

    def sweep(self, arrived: float) -> None:
        """Drop what has expired from as many pages as the time since the last sweep asks for."""
        due = int((arrived - self._swept) * self._pages / DAY)
        if due <= 0:
            return
        self._swept = arrived if due > MAX_SWEPT else self._swept + due * DAY / self._pages
        for _ in range(min(due, MAX_SWEPT)):
            page = self._sweep_page % self._pages
            self._sweep_page = page + 1
            stored = self._entries(page)
            kept = _without_expired(stored, self._expired_before)
            if len(kept) < len(stored):
                self._count -= (len(stored) - len(kept)) // _ENTRY
                self._written[page] = kept

    def _entries(self, page: int) -> bytes:
        entries = self._written.get(page)
        return _entries_at(self._state, f"{self._prefix}{page}") if entries is None else entries

    def writes(self) -> list[Put | Delete]:
        """The pages written; an empty one is removed."""
        return [
            Put(f"{self._prefix}{page}", RecentPage(entries)) if entries else Delete(f"{self._prefix}{page}")
            for page, entries in self._written.items()
        ]

    def shape(self) -> RecentShape:
        """The set's shape after it."""
        return RecentShape(self._count, self._pages, self._sweep_page, self._swept)


def _entries_at(state: State[RecentValue], key: str) -> bytes:
    page = state.get(key)
    return page.entries if isinstance(page, RecentPage) else b""


def _without_expired(entries: bytes, expired_before: int) -> bytes:
    """The entries without those at the front that came before second `expired_before`."""
    start = 0
    while start < len(entries) and int.from_bytes(entries[start : start + _TIME], "big") < expired_before:
        start += _ENTRY
    return entries[start:]


def _page_of(digest: bytes, pages: int) -> int:
    return page_of(int.from_bytes(digest[:8], "big"), pages)


def _contains(entries: bytes, digest: bytes) -> bool:
    place = entries.find(digest)
    while place >= 0 and place % _ENTRY != _TIME:
        place = entries.find(digest, place + 1)
    return place >= 0
