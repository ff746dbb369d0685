"""The `subscriptions` of a `destination` section: presets edited, and subscriptions added."""

import msgspec
from msgspec import Struct

from worker.config.document import Entry, Node, Scalar, entry_of, plain
from worker.config.reader import Reader, join, nearest
from worker.destination.actions import ACTIONS, Action
from worker.destination.presets import PRESETS, Preset
from worker.destination.settings import ActionSettings
from worker.destination.subscriptions import Subscription, of_preset
from worker.jsontypes import JsonObject
from worker.segment.fql import FqlError, compile_trigger
from worker.segment.mapping import MappingError, compile_mapping


class SubscriptionEntry(Struct, frozen=True, kw_only=True):
    """One entry as the file has it: `preset` or `action`, and what is different from it.

    A preset without a name of its own is edited where it stands; with one, it is a second subscription like it. An
    action needs a name and a trigger. In `mapping`, each field replaces that field's default mapping; null unmaps it.
    """

    preset: str | None = None
    action: str | None = None
    name: str | None = None
    enabled: bool = True
    trigger: str | None = None
    mapping: JsonObject | None = None


def read_subscriptions(
    reader: Reader, node: Node | None, path: str, settings: ActionSettings, *, strict: bool
) -> tuple[Subscription, ...]:
    """The enabled subscriptions: the 15 automatic presets as edited, then those added, in the file's order."""
    table: dict[str, Subscription | None] = {
        preset.name: of_preset(preset, preset.trigger, settings)
        for preset in PRESETS.values()
        if preset.trigger is not None
    }
    named: dict[str, int] = {}
    for at, item in enumerate(reader.items(node, path) if node is not None else ()):
        inner = f"{path}[{at}]"
        before = len(reader.problems)
        entry = _entry(reader, item, inner)
        subscription = _subscription(reader, item, inner, entry, settings, strict=strict)
        if subscription is None or len(reader.problems) > before:
            continue
        if subscription.name in named:
            reader.add(item, inner, f"{subscription.name!r} is subscribed already in line {named[subscription.name]}")
            continue
        named[subscription.name] = item.line
        table[subscription.name] = subscription if entry.enabled else None
    return tuple(subscription for subscription in table.values() if subscription is not None)


def _entry(reader: Reader, item: Node, path: str) -> SubscriptionEntry:
    """The entry; triggers and mappings as they are written, for a `${…}` in them is no variable."""
    known = {field.name: field for field in msgspec.structs.fields(SubscriptionEntry)}
    values: dict[str, object] = {}
    for entry in reader.entries(item, path, known):
        if entry.key == "mapping":
            mapping = plain(entry.value)
            if isinstance(mapping, dict):
                values[entry.key] = mapping
            elif mapping is not None:
                reader.add(entry.value, join(path, entry.key), "must be a section of fields")
            continue
        if entry.key == "trigger" and isinstance(entry.value, Scalar):
            values[entry.key] = entry.value.text
            continue
        found = reader.value(known[entry.key].type, entry.value, join(path, entry.key))
        if found is not msgspec.UNSET:
            values[entry.key] = found
    return SubscriptionEntry(**values)  # type: ignore[arg-type]  # each was read as its field's type


def _subscription(
    reader: Reader, item: Node, path: str, entry: SubscriptionEntry, settings: ActionSettings, *, strict: bool
) -> Subscription | None:
    based_on = _base(reader, item, path, entry)
    if based_on is None:
        return None
    preset, action = based_on
    trigger = preset.trigger if entry.trigger is None else entry.trigger
    if trigger is not None:
        _check_trigger(reader, item, path, trigger, strict=strict)
    elif entry.enabled:
        reader.add(item, path, f"{preset.name!r} needs a `trigger`")
    mapping = action.default_mapping(settings)
    if entry.mapping is not None:
        _check_mapping(reader, item, path, action, entry.mapping)
        mapping |= entry.mapping
        mapping = {name: value for name, value in mapping.items() if value is not None}
    return Subscription(name=entry.name or preset.name, action=action.key, trigger=trigger or "", mapping=mapping)


def _base(reader: Reader, item: Node, path: str, entry: SubscriptionEntry) -> tuple[Preset, Action] | None:
    """The preset the entry starts from; for an action one without a trigger."""
    if (entry.preset is None) is (entry.action is None):
        reader.add(item, path, "needs either `preset` or `action`")
    elif entry.preset is not None:
        if entry.preset in PRESETS:
            preset = PRESETS[entry.preset]
            return preset, ACTIONS[preset.action]
        at = entry_of(item, "preset")
        reader.add(at, join(path, "preset"), f"there is no preset {entry.preset!r}{nearest(entry.preset, PRESETS)}")
    elif entry.action is not None:
        if entry.action not in ACTIONS:
            near = nearest(entry.action, ACTIONS)
            reader.add(entry_of(item, "action"), join(path, "action"), f"there is no action {entry.action!r}{near}")
        elif entry.name is None:
            reader.add(item, path, "a subscription with `action` needs a `name`")
        else:
            return Preset(name=entry.name, action=entry.action), ACTIONS[entry.action]
    return None


def _check_trigger(reader: Reader, item: Node, path: str, trigger: str, *, strict: bool) -> None:
    try:
        compile_trigger(trigger, strict=strict)
    except FqlError as error:
        reader.add(entry_of(item, "trigger"), join(path, "trigger"), f"{error}\n{error.caret()}")


def _check_mapping(reader: Reader, item: Node, path: str, action: Action, mapping: JsonObject) -> None:
    at = entry_of(item, "mapping")
    section = at.value if isinstance(at, Entry) else at
    fields = [mapped.field.name for mapped in action.fields]
    for name in mapping:
        if name not in fields:
            place = entry_of(section, name)
            reader.add(place, f"{path}.mapping.{name}", f"{action.key} has no such field{nearest(name, fields)}")
    for name, value in mapping.items():
        try:
            compile_mapping({name: value})
        except MappingError as error:
            reader.add(entry_of(section, name), f"{path}.mapping.{name}", str(error))
