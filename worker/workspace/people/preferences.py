"""Subscription preferences: an attribute of which a name with dots sets one part (customerio_semantics.md 7).

`cio_subscription_preferences` replaces the whole, `cio_subscription_preferences.topics.topic_1` changes one topic and
keeps the rest. Each is kept as it was said, with its own time, so that the order of arrival does not matter; the person
has what they come to together, the older under the newer.
"""

from collections.abc import Iterable
from typing import Final

from worker.jsontypes import Json, JsonObject
from worker.workspace.attributes import Attribute, Attributes, Outcome, differ
from worker.workspace.keys import PREFERENCES
from worker.workspace.wire import Stamp

WHOLE: Final = PREFERENCES
PART: Final = WHOLE + "."
"""What the name of a part begins with; then follows the kind (topics, channels), a dot and the topic or channel."""


def concerned(names: Iterable[str]) -> bool:
    """Whether these names may set any preferences."""
    return WHOLE in "\0".join(names)  # one search for all, as hardly any call does


def is_preference(name: str) -> bool:
    """Whether the attribute of this name is the preferences, or a part of them."""
    return name == WHOLE or name.startswith(PART)


def shown(attributes: Attributes) -> JsonObject:
    """The values by name, with the preferences as one."""
    values = attributes.shown()
    if any(name.startswith(PART) for name in attributes.values):
        values = {name: value for name, value in values.items() if not is_preference(name)}
        together = _together(attributes)
        if together is not None:
            values[WHOLE] = together
    return values


def tell(before: Attributes, outcome: Outcome) -> None:
    """Let `outcome` tell what became of the preferences, instead of the parts that were said."""
    parts = [name for name in outcome.attributes.values if name.startswith(PART)]
    if not parts:
        return
    values = outcome.attributes.values
    whole = values.get(WHOLE)
    for name in parts:
        part = values[name]
        applied = outcome.set.pop(name, None) is not None or name in outcome.removed
        if applied and whole is not None and _stamp(whole) > _stamp(part):
            outcome.outdated[name] = whole.message_id
    for name in (WHOLE, *parts):
        outcome.set.pop(name, None)
        outcome.before.pop(name, None)
    outcome.removed = [name for name in outcome.removed if not is_preference(name)]
    old, new = _together(before), _together(outcome.attributes)
    if not differ(old, new):
        newest = max((values[name] for name in parts), key=_stamp)
        if whole is not None and whole is not before.values.get(WHOLE) and _stamp(newest) > _stamp(whole):
            outcome.outdated[WHOLE] = newest.message_id  # nothing of it shows under what is newer
        return
    if old is not None:
        outcome.before[WHOLE] = old
    if new is None:
        outcome.removed.append(WHOLE)
    else:
        outcome.set[WHOLE] = new


def _stamp(one: Attribute) -> Stamp:
    return one.time, one.message_id


def _together(attributes: Attributes) -> Json:
    """The preferences; None if nothing is said of them. Of one call the whole counts as said before its parts."""
    said = sorted(
        (one.time, one.message_id, name.count("."), name)
        for name, one in attributes.values.items()
        if is_preference(name)
    )
    together: Json = None
    for _, _, _, name in said:
        together = _with(together, name.split(".", 2)[1:], attributes.values[name].value)
    return together


def _with(outer: Json, path: list[str], value: Json) -> Json:
    """`outer` with `value` at the path, or with nothing there if the value is None."""
    if not path:
        return value
    inner = dict(outer) if isinstance(outer, dict) else {}
    within = _with(inner.pop(path[0], None), path[1:], value)
    if within is not None:
        inner[path[0]] = within
    return inner if inner or outer is not None else None
