"""Attributes: each keeps its newest value, by event time and then by messageId (docs/workspace.md).

So the order of arrival does not matter, and a repeat changes nothing. null and "" remove an attribute; that it was
removed is remembered, so that an older value that arrives later does not come back.
"""

from collections.abc import Callable, Iterable
from typing import Final

import msgspec
from msgspec import Struct

from worker.jsontypes import Json, JsonObject
from worker.workspace.wire import Stamp, WireJson

COUNT_MAX: Final = 300
"""Attributes of a person, an object or a relationship (customerio_semantics.md 3.1 and 5)."""

BYTES_MAX: Final = 100_000
"""Bytes of JSON of all of them together (customerio_semantics.md 5)."""

REMOVED_MAX: Final = 300
"""How many removed attributes are remembered; those removed longest ago are forgotten first."""

REMOVED_NAME_MAX: Final = 150
"""Bytes in JSON of the longest name under which a removed attribute is remembered: Customer.io takes none that is
longer (customerio_semantics.md 3.1). What is removed takes no room, so that nothing else bounds the names."""

_STORED_MAX: Final = 400
"""More than is stored with an attribute beside its value: a time, a messageId, and the name of one that was removed."""

_FIXED: Final = frozenset({int, float, bool})
"""Types of values that count for one size, whatever the value."""

_encode = msgspec.json.Encoder().encode
_encode_sorted = msgspec.json.Encoder(order="deterministic").encode


class Attribute(Struct, frozen=True, array_like=True, gc=False):
    """A value and what set it: event time in unix seconds, messageId. None: removed."""

    value: WireJson
    time: float
    message_id: str


class Attributes(Struct, frozen=True, array_like=True, gc=False):
    """A bounded set of attributes; `size` is about the bytes of its names and values in JSON."""

    values: dict[str, Attribute] = {}
    size: int = 0

    @property
    def stored_size(self) -> int:
        """Bytes that it takes in a record at most."""
        return self.size + _STORED_MAX * len(self.values)

    def shown(self) -> JsonObject:
        """The values by name, without those that were removed."""
        return {name: one.value for name, one in self.values.items() if one.value is not None}


class Outcome(Struct, gc=False):
    """What a call did to a set of attributes.

    `before` has the previous value of each that is `set` or `removed`, if there was one; `outdated` those that a newer
    call had set, with its messageId; `refused` those for which there is no room. `written`: `attributes` differ.
    """

    attributes: Attributes
    set: JsonObject
    removed: list[str]
    before: JsonObject
    outdated: dict[str, str]
    refused: list[str]
    written: bool = False

    @property
    def notable(self) -> bool:
        """Whether there is anything to tell."""
        return bool(self.set or self.removed or self.outdated)


class United(Struct, gc=False):
    """Two sets of attributes as one; `left_out` are those of the other set that it has no room for."""

    attributes: Attributes
    left_out: list[str]


def apply(attributes: Attributes, call: JsonObject, stamp: Stamp, floor: Stamp | None = None) -> Outcome:
    """The attributes after `call`, made at `stamp`; nothing applies that is not newer than `floor`."""
    outcome = Outcome(attributes, {}, [], {}, {}, [])
    if not call or (floor is not None and stamp <= floor):
        return outcome
    values, size = attributes.values, attributes.size
    time, message_id = stamp
    changed: dict[str, Attribute] = {}
    forgotten: list[str] = []
    new, before = outcome.set, outcome.before
    room = COUNT_MAX - len(values)
    if room < len(call):
        room = COUNT_MAX - sum(one.value is not None for one in values.values())
    for name, value in call.items():
        current = values.get(name)
        old: Json = None
        if current is not None:
            set_at = current.time
            if set_at > time or (set_at == time and current.message_id >= message_id):
                if current.message_id != message_id:
                    outcome.outdated[name] = current.message_id
                continue
            old = current.value
        if value is None or value == "":
            changed[name] = Attribute(None, time, message_id)
            if _text_size(name) > REMOVED_NAME_MAX:
                forgotten.append(name)
            if old is not None:
                before[name] = old
                outcome.removed.append(name)
                size -= _size(name, old)
                room += 1
            continue
        grown = _size(name, value) if old is None else _grown(name, old, value)
        if (grown > 0 and size + grown > BYTES_MAX) or (old is None and room < 1):
            outcome.refused.append(name)
            continue
        size += grown
        if old is None:
            room -= 1
        else:
            before[name] = old
        changed[name] = Attribute(value, time, message_id)
        new[name] = value
    if changed:
        outcome.attributes = Attributes(_bounded({**values, **changed}, forgotten), size)
        outcome.written = True
    return outcome


def fill(attributes: Attributes, others: Attributes) -> United:
    """The attributes, and of `others` those that they lack (customerio_semantics.md 3.3).

    In the place of one that was removed, a value from there is as old as the removal, so that this is not repeated.
    """
    size = attributes.size
    merged = dict(attributes.values)
    left_out: list[str] = []
    room = COUNT_MAX - len(attributes.shown())
    for name, other in others.values.items():
        current = merged.get(name)
        if current is None and other.value is None:
            merged[name] = other
        elif other.value is not None and (current is None or current.value is None):
            grown = _size(name, other.value)
            if size + grown <= BYTES_MAX and room > 0:
                size += grown
                room -= 1
                when = other if current is None else current
                merged[name] = Attribute(other.value, when.time, when.message_id)
            else:
                left_out.append(name)
    return United(Attributes(_bounded(merged), size), left_out)


def newest(attributes: Attributes, others: Attributes) -> United:
    """Of each attribute the newer one."""
    size = attributes.size
    merged = dict(attributes.values)
    left_out: list[str] = []
    room = COUNT_MAX - len(attributes.shown())
    for name, other in others.values.items():
        one = merged.get(name)
        if one is not None and (other.time, other.message_id) <= (one.time, one.message_id):
            continue
        old = None if one is None else one.value
        grown = _grown(name, old, other.value)
        added = (other.value is not None) - (old is not None)
        if (grown > 0 and size + grown > BYTES_MAX) or (added > 0 and room < 1):
            left_out.append(name)
            continue
        size += grown
        room -= added
        merged[name] = other
    return United(Attributes(_bounded(merged), size), left_out)


def differ(one: Json, other: Json) -> bool:
    """Whether they are two values: to Python true equals 1, and 1 equals 1.0."""
    return one != other or (one is not other and _encode_sorted(one) != _encode_sorted(other))


def newer_than(attributes: Attributes, floor: Stamp) -> Attributes:
    """Only the attributes set after `floor`."""
    return only(attributes, lambda stamp: stamp > floor)


def only(attributes: Attributes, wanted: Callable[[Stamp], bool]) -> Attributes:
    """Only the attributes whose stamps are wanted."""
    return _sized({name: one for name, one in attributes.values.items() if wanted((one.time, one.message_id))})


def _sized(values: dict[str, Attribute]) -> Attributes:
    return Attributes(values, sum(_size(name, one.value) for name, one in values.items()))


def _bounded(values: dict[str, Attribute], forgotten: Iterable[str] = ()) -> dict[str, Attribute]:
    for name in forgotten:
        del values[name]
    if len(values) <= REMOVED_MAX:
        return values
    removed = sorted((one.time, one.message_id, name) for name, one in values.items() if one.value is None)
    for _, _, name in removed[: max(0, len(removed) - REMOVED_MAX)]:
        del values[name]
    return values


def _grown(name: str, before: Json, after: Json) -> int:
    if after.__class__ is before.__class__:
        if after.__class__ in _FIXED:
            return 0
        if isinstance(after, str) and isinstance(before, str):
            return _text_size(after) - _text_size(before)
    return _size(name, after) - _size(name, before)


def _size(name: str, value: Json) -> int:
    if isinstance(value, str):
        size = _text_size(value)
    elif isinstance(value, (bool, int, float)):
        size = 8
    elif value is None:
        return 0  # nothing is there
    else:
        size = len(_encode(value))
    return size + _text_size(name) + 6


def _text_size(text: str) -> int:
    """All bytes of what is escaped, too, such as quotes: else two people of 100 KB could not be stored as one."""
    return len(_encode(text)) - 2
