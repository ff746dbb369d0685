"""The dead letters of a deployment, read from their topics."""

from collections import Counter
from collections.abc import AsyncGenerator, Sequence
from contextlib import aclosing
from typing import TypeAlias

from msgspec import Struct

from worker.deadletters.letter import Letter, Place, read_letter
from worker.deadletters.marks import Marks, What, read_mark
from worker.deadletters.selection import Selection
from worker.runtime.connection import Connection
from worker.runtime.scan import scan


class Found(Struct, frozen=True):
    """A dead letter, and what became of it (None: it waits)."""

    letter: Letter
    state: What | None


FoundLetters: TypeAlias = AsyncGenerator[Found, None]


class Overview(Struct, frozen=True):
    """The first of the letters that were asked for, and how many there are."""

    shown: list[Found]
    total: int
    by_reason: dict[str, int]


class Box:
    """The dead letters of `topics`, as these are called on the broker.

    Each question reads the topics from their beginning: marks come after the letters they are about. What is kept in
    memory of a letter that was handled is its offset.
    """

    def __init__(self, connection: Connection, topics: Sequence[str]) -> None:
        self.connection = connection
        self.topics = topics

    async def marks(self) -> Marks:
        """What was done so far. Raises KafkaError, TimeoutError."""
        marks = Marks()
        for topic in self.topics:
            async with aclosing(scan(self.connection, topic)) as records:
                async for record in records:
                    mark = read_mark(record)
                    if mark is not None:
                        marks.take(Place(record.topic, record.partition, record.offset), mark)
        return marks

    async def letters(self, selection: Selection, marks: Marks, *, handled: bool = False) -> FoundLetters:
        """The selected letters that wait, or with `handled` all of them; each partition's in order.

        Close it (contextlib.aclosing) where it is not read to its end: it holds a connection.
        """
        for topic in self.topics:
            async with aclosing(scan(self.connection, topic)) as records:
                async for record in records:
                    if read_mark(record) is not None:
                        continue
                    letter = read_letter(record)
                    state = marks.state(letter.place)
                    if selection.takes(letter) and (handled or state is None):
                        yield Found(letter, state)

    async def overview(self, selection: Selection, limit: int, *, handled: bool = False) -> Overview:
        """The first `limit` of the selected letters, and the counts of all."""
        shown: list[Found] = []
        counts: Counter[str] = Counter()
        async for found in self.letters(selection, await self.marks(), handled=handled):
            counts[found.letter.reason] += 1
            if len(shown) < limit:
                shown.append(found)
        return Overview(shown, counts.total(), dict(counts.most_common()))
