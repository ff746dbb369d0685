"""The truth about `counting`, rebuilt from the input by plain dictionaries: nothing of the runtime is used here.

What is compared: the newest changelog record of every key (what a recovery would read), every output by its origin,
and that repeated outputs are the same to the byte.
"""

import json
import zlib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import Protocol


class Line(Protocol):
    """A record of any kind."""

    @property
    def partition(self) -> int: ...
    @property
    def offset(self) -> int: ...
    @property
    def key(self) -> bytes | None: ...
    @property
    def value(self) -> bytes | None: ...
    @property
    def headers(self) -> Sequence[tuple[str, bytes | None]]: ...


@dataclass
class Truth:
    """What must come out."""

    counts: dict[str, tuple[int, int]] = field(default_factory=dict)
    tallies: dict[str, dict[str, tuple[int, int]]] = field(default_factory=dict)
    ids: list[str] = field(default_factory=list)
    last: dict[int, int] = field(default_factory=dict)


def truth_of(lines: Iterable[Line], refused: Iterable[str] = ()) -> Truth:
    """Read the input in the order of its partitions. `refused` ids are expected among the dead letters instead."""
    truth, left_out = Truth(), set(refused)
    for line in lines:
        truth.last[line.partition] = line.offset
        try:
            read = json.loads(line.value or b"")
            key, number = read["key"], read["id"]
        except (ValueError, KeyError):
            continue
        if number in left_out:
            continue
        n, chain = truth.counts.get(key, (0, 0))
        truth.counts[key] = (n + 1, zlib.crc32(number.encode(), chain))
        group = f"group-{zlib.crc32(key.encode()) % 7}"
        sources = truth.tallies.setdefault(group, {})
        n, chain = sources.get(str(line.partition), (0, 0))
        sources[str(line.partition)] = (n + 1, zlib.crc32(number.encode(), chain))
        truth.ids.append(number)
    return truth


def newest(changelog: Iterable[Line]) -> dict[bytes, bytes]:
    """What a compacted topic comes down to, marks and positions left out."""
    values: dict[bytes, bytes | None] = {}
    for line in changelog:
        if line.key is not None and not line.key.startswith(b"\0"):
            values[line.key] = line.value
    return {key: value for key, value in values.items() if value is not None}


def positions(changelog: Iterable[Line]) -> dict[int, int]:
    """The newest position by partition."""
    return {line.partition: int(line.value or b"") for line in changelog if line.key == b"\0position"}


def check_counts(truth: Truth, values: dict[bytes, bytes]) -> None:
    found = {key.decode(): json.loads(value) for key, value in values.items()}
    assert {key: (value["n"], value["chain"]) for key, value in found.items()} == truth.counts


def check_tallies(truth: Truth, values: dict[bytes, bytes]) -> None:
    found = {key.decode(): json.loads(value)["by_source"] for key, value in values.items()}
    assert {
        group: {source: tuple(pair) for source, pair in sources.items()} for group, sources in found.items()
    } == truth.tallies


def check_outputs(truth: Truth, lines: Iterable[Line]) -> int:
    """Every event has its output exactly once by origin, repeats are equal; the number of repeats."""
    first: dict[bytes, tuple[int, bytes | None, bytes | None]] = {}
    highest: dict[tuple[int, bytes], tuple[int, int]] = {}
    repeats = 0
    for line in lines:
        origin = dict(line.headers)["origin"]
        assert origin is not None
        content = (line.partition, line.key, line.value)
        if origin in first:
            assert first[origin] == content, f"origin {origin!r} was sent twice with different content"
            repeats += 1
            continue
        first[origin] = content
        source, offset, index = origin.rsplit(b"/", 2)
        mark = (int(offset), int(index))
        assert mark > highest.get((line.partition, source), (-1, -1)), f"{origin!r} came after a later one"
        highest[line.partition, source] = mark
    found = sorted(json.loads(value or b"")["id"] for _, _, value in first.values())
    assert found == sorted(truth.ids)
    return repeats
