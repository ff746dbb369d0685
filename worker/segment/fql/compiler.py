"""Parsed triggers made functions: a test of events, what events can match at all, and an explanation."""

from collections.abc import Callable, Sequence
from typing import Literal, NamedTuple, assert_never

from msgspec import Struct

from worker.jsontypes import JsonObject
from worker.segment.fql.predicates import Predicate, compile_condition
from worker.segment.fql.syntax import Condition, Group, Node, Not, Nothing
from worker.segment.javascript import to_string
from worker.segment.paths import Value, compile_keys


class Explained(NamedTuple):
    """One condition of a trigger: its text, the value it looked at, and whether it holds."""

    text: str
    value: Value
    holds: bool


class Trigger(Struct, frozen=True):
    """A compiled trigger.

    `matches(event)` tests an event, `explain(event)` says what each condition makes of it. For an event that does not
    match `unmet(event)` gives the conditions that fail: of an `and` the first one, of an `or` all; none where what
    fails is no condition. `types` and `event_names` are what the event's `type` and `event` must be among for it to
    match at all; None: anything.
    `by_name` says that it looks at nothing else, and only at whether they are certain texts: all events of the same
    `type` and `event` then match or do not, and all in which `event` is no text.
    """

    source: str
    matches: Callable[[JsonObject], bool]
    explain: Callable[[JsonObject], list[Explained]]
    unmet: Callable[[JsonObject], list[Explained]]
    types: frozenset[str] | None
    event_names: frozenset[str] | None
    by_name: bool


def compile_node(source: str, root: Node) -> Trigger:
    """The trigger that `root`, parsed from `source`, stands for."""
    return Trigger(
        source=source,
        matches=_compile(root),
        explain=_compile_explanation(root),
        unmet=_compile_unmet(root, wanted=True),
        types=_possible(root, "type"),
        event_names=_possible(root, "event"),
        by_name=all(
            node.keys in (("type",), ("event",)) and node.operator in ("=", "!=") for node in _conditions(root)
        ),
    )


def _compile(node: Node) -> Predicate:
    match node:
        case Condition():
            return compile_condition(node)
        case Not():
            child = _compile(node.child)
            return lambda event: not child(event)
        case Nothing():
            return lambda _event: False
        case Group(operator="and"):
            return _all(_compile_children(node))
        case Group():
            return _any(_compile_children(node))
        case _:
            assert_never(node)


def _compile_children(group: Group) -> list[Predicate]:
    """The children that decide, those that compare one field with many texts as a single test.

    Segment fails at a child that is Nothing, whatever comes after it; so the group is false unless it is an `or` with a
    true child before it.
    """
    children = list(group.children)
    broken = next((index for index, child in enumerate(children) if isinstance(child, Nothing)), None)
    if broken is not None:
        children = children[:broken] if group.operator == "or" else children[broken : broken + 1]
    operator = "!=" if group.operator == "and" else "="
    texts: dict[str, set[str]] = {}
    predicates: list[Predicate] = []
    for child in children:
        if isinstance(child, Condition) and child.operator == operator and len(child.keys) == 1:
            texts.setdefault(child.keys[0], set()).add(to_string(child.expected))
        else:
            predicates.append(_compile(child))
    return predicates + [_one_of(field, frozenset(values), negated=operator == "!=") for field, values in texts.items()]


def _one_of(field: str, texts: frozenset[str], *, negated: bool) -> Predicate:
    if len(texts) == 1:
        operator = "!=" if negated else "="
        return compile_condition(Condition((field,), operator, next(iter(texts)), text=""))
    if negated:
        return lambda event: (value := event.get(field)).__class__ is not str or value not in texts
    return lambda event: (value := event.get(field)).__class__ is str and value in texts


def _all(predicates: Sequence[Predicate]) -> Predicate:
    match predicates:
        case [only]:
            return only
        case [first, second]:
            return lambda event: first(event) and second(event)

    def matches(event: JsonObject) -> bool:
        for predicate in predicates:  # noqa: SIM110 - all() is half as fast
            if not predicate(event):
                return False
        return True

    return matches


def _any(predicates: Sequence[Predicate]) -> Predicate:
    match predicates:
        case [only]:
            return only
        case [first, second]:
            return lambda event: first(event) or second(event)

    def matches(event: JsonObject) -> bool:
        for predicate in predicates:  # noqa: SIM110 - any() is half as fast
            if predicate(event):
                return True
        return False

    return matches


def _compile_explanation(root: Node) -> Callable[[JsonObject], list[Explained]]:
    conditions = [
        (text, compile_keys(condition.keys), _compile(Not(condition, text) if negated else condition))
        for condition, text, negated in _written(root)
    ]
    return lambda event: [Explained(text, get(event), holds(event)) for text, get, holds in conditions]


def _compile_unmet(node: Node, *, wanted: bool) -> Callable[[JsonObject], list[Explained]]:
    """What fails in an event for which the node is not what it is `wanted` to be."""
    match node:
        case Condition(keys=keys, text=text) | Not(child=Condition(keys=keys), text=text):
            get = compile_keys(keys)
            words = text if wanted else f"not {text}"
            return lambda event: [Explained(words, get(event), holds=False)]
        case Not():
            return _compile_unmet(node.child, wanted=not wanted)
        case Nothing():
            return lambda _event: []
        case Group():
            children = [(_compile(child), _compile_unmet(child, wanted=wanted)) for child in node.children]
            if (node.operator == "and") == wanted:
                return lambda event: next(why(event) for holds, why in children if holds(event) is not wanted)
            broken = next((at for at, child in enumerate(node.children) if isinstance(child, Nothing)), None)
            return lambda event: [one for _, why in children[:broken] for one in why(event)]
        case _:
            assert_never(node)


def _conditions(node: Node) -> list[Condition]:
    return [condition for condition, _, _ in _written(node)]


def _written(node: Node) -> list[tuple[Condition, str, bool]]:
    """The conditions of the node in the order of the source, each as it is written, and whether that negates it."""
    match node:
        case Condition():
            return [(node, node.text, False)]
        case Not(child=Condition() as child, text=text):
            return [(child, text, True)]
        case Not():
            return _written(node.child)
        case Nothing():
            return []
        case Group():
            return [condition for child in node.children for condition in _written(child)]
        case _:
            assert_never(node)


def _possible(node: Node, field: Literal["type", "event"]) -> frozenset[str] | None:
    """The texts among which the field must be for the node to hold; None where it may be anything."""
    match node:
        case Condition(keys=(key,), operator="=") if key == field:
            return frozenset({to_string(node.expected)})
        case Group():
            sets = [_possible(child, field) for child in node.children]
            known = [texts for texts in sets if texts is not None]
            if node.operator == "and":
                return frozenset.intersection(*known) if known else None
            return frozenset.union(*known) if len(known) == len(sets) else None
        case Nothing():
            return frozenset()
        case _:
            return None
