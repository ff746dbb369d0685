"""What was done about dead letters, kept in the dead-letter topic itself.

A *mark* is a record beside the letters, in the same partition, that names offsets there and says what became of them.
Other ways were weighed:

* a consumer group's offset, or deleting records, can only say "everything up to here": a replay by reason or by time
  leaves gaps, and the letters are evidence that nobody should have to destroy;
* a file or a table somewhere else would be one machine's, and would not survive as long as the letters.

A mark is younger than its letters and so stays for at least as long; every operator and every machine sees it.

A replay writes a mark `replaying` first, sends the letters, and then writes `replayed`. After a crash between them the
next replay sends the same letters again, with the same origin: `<dead-letter topic>/<partition>@<offset of the mark>`,
and the offset of each letter. So an agent that reads internal messages drops the repeats (worker/runtime/origin.py);
the others know them by the events' own ids. The same holds where two operators replay at once: the second takes the
first one's mark for an interrupted replay.
"""

from collections import defaultdict
from typing import Final, Literal, TypeAlias

import msgspec
from msgspec import Struct

from worker.deadletters.letter import Place
from worker.runtime.record import Record

MARK_HEADER: Final = "dead_letters_handled"
MARK_VERSION: Final = b"1"

LETTERS_PER_MARK: Final = 1000
"""A mark stays a small record, and few letters are sent again after a crash."""

What: TypeAlias = Literal["replaying", "replayed", "dropped"]


class Mark(Struct, frozen=True):
    """What became of the letters at `offsets` of this partition."""

    what: What
    offsets: tuple[int, ...]
    intent: int | None = None
    """Of `replayed`: the offset of the mark `replaying` that it completes. What only that one names waits again."""


_decoder = msgspec.json.Decoder(Mark)


def write_mark(mark: Mark) -> tuple[bytes, list[tuple[str, bytes]]]:
    """The value and the headers of the record that is `mark`."""
    return msgspec.json.encode(mark), [(MARK_HEADER, MARK_VERSION)]


def read_mark(record: Record) -> Mark | None:
    """The mark in a record of a dead-letter topic; None when it is a letter.

    A letter always has the headers that were added to it, so one made to look like a mark is none.
    """
    if len(record.headers) != 1 or record.headers[0][0] != MARK_HEADER:
        return None
    try:
        return _decoder.decode(record.value or b"")
    except msgspec.DecodeError:
        return None


class Marks:
    """What is known of the letters of some topics."""

    def __init__(self) -> None:
        self._states: defaultdict[tuple[str, int], dict[int, What]] = defaultdict(dict)
        self._intents: dict[Place, tuple[int, ...]] = {}

    def take(self, place: Place, mark: Mark) -> None:
        """Add the mark at `place`; marks come in the order of their offsets."""
        states = self._states[place.topic, place.partition]
        states.update(dict.fromkeys(mark.offsets, mark.what))
        if mark.what == "replaying":
            self._intents[place] = mark.offsets
        elif mark.intent is not None:
            begun = self._intents.pop(Place(place.topic, place.partition, mark.intent), ())
            for offset in set(begun).difference(mark.offsets):
                states.pop(offset, None)

    def state(self, letter: Place) -> What | None:
        """What became of a letter; None when nothing did."""
        return self._states[letter.topic, letter.partition].get(letter.offset)

    def unfinished(self) -> dict[Place, tuple[int, ...]]:
        """Replays that began and did not end: the place of the mark, and the offsets of its letters."""
        return dict(self._intents)
