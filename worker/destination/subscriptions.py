"""The subscriptions of a workspace: which events become which commands.

They are indexed by what an event's type and name can be for their trigger to match, so that an event costs what the
subscriptions that can match it cost, however many are configured.
"""

from collections.abc import Collection, Sequence
from typing import Final, TypeAlias

from msgspec import UNSET, Struct

from worker.destination.actions import ACTIONS
from worker.destination.command import Command
from worker.destination.compiled import Run, compile_action
from worker.destination.errors import Rejected
from worker.destination.presets import DELETION_REQUEST, PRESETS, Preset
from worker.destination.settings import ActionSettings
from worker.destination.usable_times import with_usable_times
from worker.jsontypes import JsonObject
from worker.reasons import Reason
from worker.segment.events import Event
from worker.segment.fields import InvalidFields
from worker.segment.fql import Trigger, compile_trigger
from worker.segment.integrations import ruled_out
from worker.segment.mapping import MappingError


class Subscription(Struct, frozen=True, kw_only=True):
    """A trigger, an action and its whole mapping, under a name."""

    name: str
    action: str
    trigger: str
    mapping: JsonObject


class Outcome(Struct, frozen=True, gc=False):  # commands refer to none: no cycles
    """What a subscription that matched, by its name, made of an event: commands, or why it made none."""

    subscription: str
    action: str
    commands: list[Command] = []
    error: str | None = None
    reason: Reason | None = None


class CompiledSubscription(Struct, frozen=True):
    """A subscription ready to run."""

    name: str
    action: str
    trigger: Trigger
    run: Run


ByName: TypeAlias = tuple[dict[str, list[CompiledSubscription]], list[CompiledSubscription]]
"""For one type of event: the subscriptions that can match an event of this name, and those for every other name."""

Plan: TypeAlias = list[tuple[CompiledSubscription, Run, bool]]
"""For one type and name of events: the subscriptions that can match, and whether the trigger is still to be asked."""

PLANS_MAX: Final = 4096
"""Types and names of events whose plans are kept."""

PLAN_NAME_MAX: Final = 200
"""Characters of the longest name of events whose plan is kept: whoever sends events chooses the names."""


def of_preset(preset: Preset, trigger: str, settings: ActionSettings) -> Subscription:
    """The subscription of a preset nobody edited, but for its trigger."""
    mapping = ACTIONS[preset.action].default_mapping(settings)
    return Subscription(name=preset.name, action=preset.action, trigger=trigger, mapping=mapping)


def automatic(settings: ActionSettings) -> list[Subscription]:
    """The 15 automatic presets: what is subscribed where nothing is configured."""
    return [of_preset(preset, preset.trigger, settings) for preset in PRESETS.values() if preset.trigger is not None]


class Subscriptions:
    """The compiled subscriptions of a workspace."""

    def __init__(self, compiled: Sequence[CompiledSubscription], integration_names: Collection[str] = ()) -> None:
        self.compiled = tuple(compiled)
        self._integration_names = tuple(integration_names)
        types = {kind for one in compiled for kind in one.trigger.types or ()}
        self._by_type: dict[str, ByName] = {kind: _by_name(compiled, kind) for kind in types}
        self._other_types: ByName = _by_name([one for one in compiled if one.trigger.types is None], None)
        self._plans: dict[tuple[str, str | None], Plan] = {}

    @classmethod
    def compile(
        cls,
        subscriptions: Sequence[Subscription],
        settings: ActionSettings,
        *,
        strict: bool = False,
        integration_names: Collection[str] = (),
    ) -> "Subscriptions":
        """Compile them, in this order, and Segment's deletion request after them.

        `strict` gives triggers their quirk-free meaning. `integration_names` are the workspace's in `integrations` of
        events, which count only where there are some. Raises FqlError or MappingError; the configuration has checked
        both.
        """
        assert DELETION_REQUEST.trigger is not None
        deletion = of_preset(DELETION_REQUEST, DELETION_REQUEST.trigger, settings)
        return cls(
            [
                CompiledSubscription(
                    one.name,
                    one.action,
                    compile_trigger(one.trigger, strict=strict),
                    compile_action(ACTIONS[one.action], one.mapping, settings),
                )
                for one in (*subscriptions, deletion)
            ],
            integration_names,
        )

    def rule_out(self, event: Event) -> bool:
        """Whether the event's `integrations` keep it from this workspace; a deletion request is for everybody."""
        names = self._integration_names
        return bool(names) and event.type != "delete" and ruled_out(event.data, names)

    def commands(self, event: Event, now: float) -> list[Outcome]:
        """What the event becomes, one outcome a subscription that matches, in the order of the configuration.

        An event that its `integrations` rule out becomes nothing.
        `now` (unix seconds) is the event's time where it has none of its own: its arrival.
        """
        time = now if event.time is None else event.time
        data, seconds = event.data, event.seconds
        outcomes: list[Outcome] = []
        if self._integration_names and self.rule_out(event):
            return outcomes
        key = (event.type, event.event)
        plan = self._plans.get(key)
        for one, run, ask in self._plan(key) if plan is None else plan:
            if ask and not one.trigger.matches(data):
                continue
            try:
                commands = run(data, time, seconds)
            except (InvalidFields, MappingError, Rejected) as error:
                outcomes.append(_refused(one, error))
            else:
                for command in commands:  # nearly none has a time that needs a look, and the call alone would show
                    if command.device is not UNSET or command.timestamp.__class__ is str:
                        commands = with_usable_times(commands, time)
                        break
                outcomes.append(Outcome(one.name, one.action, commands))
        return outcomes

    def _plan(self, key: tuple[str, str | None]) -> Plan:
        if len(key[1] or "") > PLAN_NAME_MAX:
            return self._make_plan(*key)
        if len(self._plans) >= PLANS_MAX:
            self._plans.clear()
        plan = self._plans[key] = self._make_plan(*key)
        return plan

    def _make_plan(self, kind: str, name: str | None) -> Plan:
        named, rest = self._by_type.get(kind, self._other_types)
        candidates = rest if name is None else named.get(name, rest)
        if not kind:  # the event tester's word for a type that is no text, which a trigger may see otherwise
            return [(one, one.run, True) for one in candidates]
        data: JsonObject = {"type": kind, "event": name}
        return [
            (one, one.run, not one.trigger.by_name)
            for one in candidates
            if not one.trigger.by_name or one.trigger.matches(data)
        ]


def _refused(subscription: CompiledSubscription, error: InvalidFields | MappingError | Rejected) -> Outcome:
    reason, text = (error.reason, error.detail) if isinstance(error, Rejected) else (Reason.INVALID_FIELDS, str(error))
    return Outcome(subscription.name, subscription.action, [], text, reason)


def _by_name(compiled: Sequence[CompiledSubscription], kind: str | None) -> ByName:
    fitting = [one for one in compiled if one.trigger.types is None or kind in one.trigger.types]
    any_name = [at for at, one in enumerate(fitting) if one.trigger.event_names is None]
    by_name: dict[str, list[int]] = {}
    for at, one in enumerate(fitting):
        for name in one.trigger.event_names or ():
            by_name.setdefault(name, []).append(at)
    return (
        {name: [fitting[at] for at in sorted(own + any_name)] for name, own in by_name.items()},
        [fitting[at] for at in any_name],
    )
