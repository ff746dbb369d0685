"""Large sets, kept in pages of a few dozen entries so that no value grows large.

A set belongs to an owner's record, which keeps how many pages it has. An entry is on the page that its hash says
(worker/linear_hashing.py): when a page overflows, one more page is added and takes its share from one other, so that no
decision touches more than three pages. Pages are never given up before the whole set is; entries only ever move to a
page of a higher number, so that a walk from page 0 up meets every entry even while others are added.
"""

from hashlib import blake2b
from typing import Final, Literal, TypeAlias

import msgspec

from worker.linear_hashing import page_of, split_page
from worker.workspace.keys import joined
from worker.workspace.turn import Turn
from worker.workspace.values.records import Digests, Names

PAGE_NAMES: Final = 48
"""Entries of a page of names before one more page is added."""

PAGE_BYTES: Final = 8 * 1024
"""Bytes of a page of names in JSON before one more page is added: few of the longest names and notes make as many."""

PAGE_DIGESTS: Final = 32
"""Entries of a page of digests before one more page is added. It is written whole for every event, so it is small."""

DIGEST_PAGES_MAX: Final = 1024
"""A set of digests grows no further: its pages then forget their oldest entries. It remembers some 32,000 events."""

DIGEST: Final = 12
"""Bytes of a digest."""

Kind: TypeAlias = Literal["handles", "anonymous", "devices", "relationships", "members", "seen", "refused"]


_encode = msgspec.json.Encoder().encode


def page_key(kind: Kind, owner: str, page: int) -> str:
    """The key of a page."""
    return f"{kind}/{page}/{owner}" if page else f"{kind}/0/{owner}"  # most sets have one page: no number to format


def _hash(owner: str, name: str) -> int:
    """Another one for each owner.

    Whoever sends events chooses names, and could choose such as all fall into one page, which would then be written
    whole for each of them. But nobody outside knows a cio_id, which is the owner or the name: offsets are in its hash.
    """
    text = f"{owner}\0{name}".encode("utf-8", "surrogatepass")
    return int.from_bytes(blake2b(text, digest_size=8).digest(), "big")


def _page_of(owner: str, name: str, pages: int) -> int:
    return page_of(_hash(owner, name), pages) if pages > 1 else 0


def names(turn: Turn, kind: Kind, owner: str, page: int) -> dict[str, str]:
    """The names of one page, with their notes. Not to be changed."""
    found = turn.find(page_key(kind, owner, page), Names)
    return {} if found is None else found.entries


def note(turn: Turn, kind: Kind, owner: str, pages: int, name: str) -> str | None:
    """The note at `name`, None if it is not in the set."""
    return names(turn, kind, owner, _page_of(owner, name, pages)).get(name) if pages else None


def add(turn: Turn, kind: Kind, owner: str, pages: int, name: str, text: str = "") -> int:
    """Add `name` with a note, or change its note; returns how many pages the set has then."""
    pages = pages or 1
    page = _page_of(owner, name, pages)
    entries = names(turn, kind, owner, page)
    if entries.get(name) == text:
        return pages
    entries = {**entries, name: text}
    size = _put(turn, page_key(kind, owner, page), entries)
    if len(entries) <= PAGE_NAMES and size <= PAGE_BYTES:
        return pages
    source = split_page(pages)
    stay: dict[str, str] = {}
    move: dict[str, str] = {}
    for other, its_note in names(turn, kind, owner, source).items():
        (move if page_of(_hash(owner, other), pages + 1) == pages else stay)[other] = its_note
    _put(turn, page_key(kind, owner, source), stay)
    _put(turn, page_key(kind, owner, pages), move)
    return pages + 1


def _put(turn: Turn, key: str, entries: dict[str, str]) -> int:
    """Write a page of names; returns its bytes in JSON."""
    size = len(_encode(entries))
    turn.put_large(key, Names(entries), size)
    return size


def discard(turn: Turn, kind: Kind, owner: str, pages: int, name: str) -> None:
    """Take `name` out, if it is in the set."""
    if not pages:
        return
    page = _page_of(owner, name, pages)
    entries = names(turn, kind, owner, page)
    if name in entries:
        _put(turn, page_key(kind, owner, page), {other: text for other, text in entries.items() if other != name})


def digest_of(*texts: str) -> bytes:
    """What a set of digests remembers of an event."""
    text = joined(*texts)
    raw = text.encode() if text.isascii() else text.encode("utf-8", "surrogatepass")
    return blake2b(raw, digest_size=DIGEST).digest()


def digests(turn: Turn, owner: str, page: int) -> bytes:
    """The digests of one page."""
    found = turn.find(page_key("seen", owner, page), Digests)
    return b"" if found is None else found.entries


def has_digest(turn: Turn, owner: str, pages: int, digest: bytes) -> bool:
    """Whether a digest is in the set."""
    return _contains(digests(turn, owner, page_of(_number(digest), pages)), digest)


def add_digest(turn: Turn, owner: str, pages: int, digest: bytes) -> int | None:
    """Add a digest; returns how many pages the set has then, or None when it was there already."""
    pages = pages or 1
    key = page_key("seen", owner, page_of(_number(digest), pages) if pages > 1 else 0)
    found = turn.find(key, Digests)
    entries = b"" if found is None else found.entries
    if digest in entries and _contains(entries, digest):
        return None
    entries += digest
    overflows = len(entries) > PAGE_DIGESTS * DIGEST
    if overflows and pages >= DIGEST_PAGES_MAX:
        entries = entries[DIGEST:]
    turn.put(key, Digests(entries))
    if not overflows or pages >= DIGEST_PAGES_MAX:
        return pages
    source = split_page(pages)
    stay, move = bytearray(), bytearray()
    content = digests(turn, owner, source)
    for start in range(0, len(content), DIGEST):
        one = content[start : start + DIGEST]
        (move if page_of(_number(one), pages + 1) == pages else stay).extend(one)
    turn.put(page_key("seen", owner, source), Digests(bytes(stay)))
    turn.put(page_key("seen", owner, pages), Digests(bytes(move)))
    return pages + 1


def _number(digest: bytes) -> int:
    return int.from_bytes(digest[:4], "big")


def _contains(entries: bytes, digest: bytes) -> bool:
    place = entries.find(digest)
    while place >= 0 and place % DIGEST:
        place = entries.find(digest, place + 1)
    return place >= 0


def take(turn: Turn, kind: Kind, owner: str, page: int) -> dict[str, str]:
    """The names of a page, which is removed."""
    entries = names(turn, kind, owner, page)
    turn.delete(page_key(kind, owner, page))
    return entries


def take_some(turn: Turn, kind: Kind, owner: str, page: int, most: int) -> tuple[list[str], bool]:
    """At most so many names of a page, which loses them; and whether it is removed, since none are left."""
    entries = list(names(turn, kind, owner, page).items())
    key, left = page_key(kind, owner, page), entries[most:]
    if left:
        _put(turn, key, dict(left))
    else:
        turn.delete(key)
    return [name for name, _ in entries[:most]], not left
