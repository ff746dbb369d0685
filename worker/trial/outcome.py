"""What came of one event: told apart from everything else in the topics by its cause."""

from collections.abc import Mapping
from typing import Final

import msgspec
from msgspec import Struct

from worker.runtime.record import Record
from worker.topics import names
from worker.workspace.changes import Origin, WorkspaceChange
from worker.workspace.messages.decoding import DECODERS

Place = tuple[str, int, int]
"""A record: its topic, partition and offset."""


def place_text(place: Place) -> str:
    """`topic/partition/offset`."""
    return "/".join(map(str, place))


class FoundChange(Struct, frozen=True):
    """A change of the workspace, and the subject whose log it is in."""

    subject: str
    change: WorkspaceChange


class FoundDeadLetter(Struct, frozen=True):
    """A record that was refused: which one, why (worker/reasons.py), and the reason in words."""

    record: str
    reason: str
    detail: str


class Outcome:
    """Collects what the event at `source` caused, from records in any order.

    `topics` are the names of the topics as the broker has them, by the contract's name.
    """

    def __init__(self, source: Place, topics: Mapping[str, str]) -> None:
        self.places: set[Place] = {source}
        self.changes: list[FoundChange] = []
        self.dead_letters: list[FoundDeadLetter] = []
        self._source = source
        self._changes = topics[names.WORKSPACE_CHANGES]
        self._messages = {topics[name]: DECODERS[name] for name in names.KEYED}
        self._dead_letters = {topics[name] for name in _DEAD_LETTERS}
        self._dead: dict[str, list[FoundDeadLetter]] = {}

    def add(self, record: Record) -> None:
        """Take in a record of one of the topics; what others caused is passed by."""
        if record.topic == self._changes:
            self._add_change(record)
        elif record.topic in self._dead_letters:
            self._add_dead_letter(record)
        elif (decode := self._messages.get(record.topic)) is not None:
            try:
                cause = decode(record.value or b"").cause
            except (msgspec.DecodeError, UnicodeDecodeError):
                return  # somebody else's: the agents' own can be decoded
            if (cause.topic, cause.partition, cause.offset) == self._source:
                self.places.add((record.topic, record.partition, record.offset))

    def finish(self) -> None:
        """Assign the dead letters: those of the event and of the messages that it caused."""
        for place in sorted(self.places):
            self.dead_letters += self._dead.get(place_text(place), [])

    def _add_change(self, record: Record) -> None:
        change = _decode_change(record.value or b"")
        if _place_of(change.cause) == self._source:
            self.changes.append(FoundChange((record.key or b"").decode(), change))

    def _add_dead_letter(self, record: Record) -> None:
        headers = {name: (content or b"").decode("utf-8", "replace") for name, content in record.headers}
        place = headers.get("dead_letter_origin", "")
        letter = FoundDeadLetter(place, headers.get("reason", ""), headers.get("detail", ""))
        self._dead.setdefault(place, []).append(letter)


def _place_of(origin: Origin) -> Place:
    return origin.topic, origin.partition, origin.offset


_decode_change = msgspec.json.Decoder(WorkspaceChange).decode

_DEAD_LETTERS: Final = tuple(names.dead_letters_of(name) for name in (names.SEGMENT_EVENTS, *names.KEYED))

WATCHED: Final = (*names.KEYED, names.WORKSPACE_CHANGES, *_DEAD_LETTERS)
"""The topics in which something can come of an event, by contract."""
