"""Sends dead letters again, or gives them up, and remembers it (marks.py)."""

from collections import OrderedDict
from collections.abc import AsyncGenerator, AsyncIterator, Callable, Mapping
from contextlib import aclosing
from enum import StrEnum
from typing import Final

from msgspec import Struct

from worker.deadletters.box import Box, Found
from worker.deadletters.copies import Source, can_be_sent, copy_of
from worker.deadletters.letter import UNREADABLE, Letter, Place
from worker.deadletters.marks import LETTERS_PER_MARK, Mark, Marks, What, write_mark
from worker.deadletters.selection import Selection
from worker.deadletters.trial import Trial
from worker.runtime.resend import Copy, Resender

_HELD_BYTES_MAX: Final = 16 * 1024 * 1024
"""Letters are sent once there are so many bytes of them; each may be as large as a record can be."""


_REMEMBERED: Final = 100_000
"""So many records are remembered of which earlier runs sent a letter. The other letters of a record are not far: they
were written with the first one, or when a worker decided again what it had not committed."""


class OnError(StrEnum):
    """What a replay does with a letter that would fail again."""

    STOP = "stop"
    """End there; the letters before it are sent."""
    KEEP = "keep"
    """Leave it among the dead letters and go on."""
    DROP = "drop"
    """Give it up and go on."""


class Outcome(Struct):
    """What a run did, in letters."""

    replayed: int = 0
    """Sent again."""
    repeated: int = 0
    """Letters of a record that was sent already for another one: it had failed in several ways."""
    dropped: int = 0
    kept: int = 0
    finished: int = 0
    """Sent because an earlier replay had been interrupted."""
    stopped_at: str | None = None
    """The letter that ended the run, and why: `<place>: <reason>: <detail>`."""


class _Pile:
    """Letters of one partition to be marked together: `offsets` are theirs, `letters` those to be sent."""

    def __init__(self) -> None:
        self.offsets: list[int] = []
        self.letters: list[Letter] = []


Told = Callable[[Outcome], None]


class Handling:
    """A run over selected letters. `sources` are by dead-letter topic."""

    def __init__(self, box: Box, sender: Resender, sources: Mapping[str, Source], told: Told) -> None:
        self._box = box
        self._sender = sender
        self._sources = sources
        self._told = told
        self._piles: dict[tuple[str, int, What], _Pile] = {}
        self._sent: set[tuple[Place | None, int]] = set()
        self._sent_before: OrderedDict[tuple[Place | None, int], None] = OrderedDict()
        """By earlier runs, as far as it was met."""
        self._partitions: dict[str, frozenset[int]] = {}
        self._held_bytes = 0
        self.outcome = Outcome()

    async def replay(self, selection: Selection, trial: Trial, on_error: OnError, limit: int | None = None) -> Outcome:
        """Send the selected letters again, at most `limit`; what an interrupted replay left is sent first.

        Raises:
            DeliveryFailed: when the brokers did not take something; the next replay goes on there.
        """
        marks = await self._box.marks()
        await self._finish(marks)
        async with aclosing(self._waiting(selection, marks)) as found:
            async for letter in _first(found, limit):
                problem = await self._problem(letter, trial)
                if problem is None:
                    await self._put(letter, "replayed")
                elif on_error is OnError.DROP:
                    await self._put(letter, "dropped")
                elif on_error is OnError.KEEP:
                    self.outcome.kept += 1
                else:
                    self.outcome.stopped_at = f"{letter.place}: {problem}"
                    break
        await self._flush()
        return self.outcome

    async def drop(self, selection: Selection, limit: int | None = None) -> Outcome:
        """Give the selected letters up, at most `limit`; they stay readable until the topic's retention ends."""
        async with aclosing(self._box.letters(selection, await self._box.marks())) as found:
            async for letter in _first(found, limit):
                await self._put(letter, "dropped")
        await self._flush()
        return self.outcome

    async def _waiting(self, selection: Selection, marks: Marks) -> AsyncGenerator[Found, None]:
        """The selected letters that wait. What earlier runs sent is noted on the way."""
        async with aclosing(self._box.letters(Selection(), marks, handled=True)) as found:
            async for each in found:
                if each.state == "replayed":
                    self._note(each.letter)
                elif each.state is None and selection.takes(each.letter):
                    yield each

    def _note(self, letter: Letter) -> None:
        """Note that an earlier run sent the letter, or another one of its record."""
        self._sent_before[_record(letter)] = None
        self._sent_before.move_to_end(_record(letter))
        if len(self._sent_before) > _REMEMBERED:
            self._sent_before.popitem(last=False)

    def _is_sent(self, letter: Letter) -> bool:
        return _record(letter) in self._sent or _record(letter) in self._sent_before

    async def _problem(self, letter: Letter, trial: Trial) -> str | None:
        source, origin = self._sources[letter.place.topic], letter.origin
        if origin is not None and origin.topic != source.topic:
            return f"{UNREADABLE}: it came from {origin}, not from {source.topic}"
        refused = await self._refused(letter)
        return trial.problem(letter, source.contract) if refused is None else f"{letter.reason}: {refused}"

    async def _refused(self, letter: Letter) -> str | None:
        """Why Kafka would not take the letter back; None where nothing is known against it."""
        source, origin = self._sources[letter.place.topic], letter.origin
        if origin is not None and not await self._is_there(origin):
            return f"it came from {origin}, and {source.topic} has no partition {origin.partition} now"
        if not can_be_sent(letter, source):
            return f"it is too large for {source.topic} with the headers that say what it repeats"
        return None

    async def _is_there(self, origin: Place) -> bool:
        """Whether the topic still has the partition."""
        if origin.topic not in self._partitions:
            self._partitions[origin.topic] = await self._sender.partitions(origin.topic)
        return origin.partition in self._partitions[origin.topic]

    async def _finish(self, marks: Marks) -> None:
        """Send what interrupted replays may have left, under the marks that these wrote.

        Letters that Kafka would not take back wait again: what is done with them is for this replay to say.
        """
        for intent, offsets in marks.unfinished().items():
            wanted = frozenset(Place(intent.topic, intent.partition, offset) for offset in offsets)
            refused: set[int] = set()
            # As `_put` has them: of a record the first one, in order.
            letters: dict[tuple[Place | None, int], Letter] = {}
            async with aclosing(self._box.letters(Selection(), marks, handled=True)) as found:
                async for each in found:
                    if each.state == "replayed":
                        self._note(each.letter)
                    elif each.letter.place not in wanted:
                        continue
                    elif await self._refused(each.letter) is not None:
                        refused.add(each.letter.place.offset)
                    elif not self._is_sent(each.letter):
                        letters.setdefault(_record(each.letter), each.letter)
            await self._send(intent, list(letters.values()))
            done = Mark("replayed", tuple(offset for offset in offsets if offset not in refused), intent.offset)
            number = await self._mark(intent.topic, intent.partition, done)
            marks.take(Place(intent.topic, intent.partition, number), done)
            self._sent.update(letters)
            self.outcome.finished += len(letters)

    async def _put(self, letter: Letter, what: What) -> None:
        place = letter.place
        pile = self._piles.setdefault((place.topic, place.partition, what), _Pile())
        pile.offsets.append(place.offset)
        if what == "dropped":
            self.outcome.dropped += 1
        elif self._is_sent(letter):
            self.outcome.repeated += 1
        else:
            assert letter.origin is not None, "the trial refuses such letters"
            self._sent.add(_record(letter))
            pile.letters.append(letter)
            self._held_bytes += len(letter.value or b"")
            self.outcome.replayed += 1
        if len(pile.offsets) >= LETTERS_PER_MARK or self._held_bytes >= _HELD_BYTES_MAX:
            await self._flush()

    async def _flush(self) -> None:
        for (topic, partition, what), pile in self._piles.items():
            offsets = tuple(pile.offsets)
            if what == "dropped":
                await self._mark(topic, partition, Mark("dropped", offsets))
                continue
            number = await self._mark(topic, partition, Mark("replaying", offsets))
            await self._send(Place(topic, partition, number), pile.letters)
            await self._mark(topic, partition, Mark("replayed", offsets, number))
        self._piles.clear()
        self._held_bytes = 0
        self._told(self.outcome)

    async def _mark(self, topic: str, partition: int, mark: Mark) -> int:
        value, headers = write_mark(mark)
        (offset,) = await self._sender.send(topic, partition, [Copy(None, value, headers)])
        return offset

    async def _send(self, intent: Place, letters: list[Letter]) -> None:
        """Send `letters` to where they came from."""
        by_partition: dict[tuple[str, int], list[Copy]] = {}
        for letter in letters:
            assert letter.origin is not None, "only such letters are put under a mark"
            copy = copy_of(letter, self._sources[intent.topic], intent.offset)
            by_partition.setdefault((letter.origin.topic, letter.origin.partition), []).append(copy)
        for (topic, partition), copies in by_partition.items():
            await self._sender.send(topic, partition, copies)


def _record(letter: Letter) -> tuple[Place | None, int]:
    """Which record the letter is. Of a topic that was made anew another one may be in its place, of another time."""
    return letter.origin, letter.first_seen_ms


async def _first(found: AsyncIterator[Found], limit: int | None) -> AsyncIterator[Letter]:
    taken = 0
    async for each in found:
        yield each.letter
        taken += 1
        if taken == limit:
            return
