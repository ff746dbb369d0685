"""What of a workspace is not as a scenario expects. Expectations are partial: what they do not name is not compared.

`cio_ref` and `linked_to_ref` are labels: one label stands for one cio_id through all stages, two labels for two.
`…_include`: at least these; `…_absent`: none of these; all else as a whole.
"""

from collections.abc import Iterator, Sequence

from tests.workspace.scenarios import as_object, objects
from worker.jsontypes import Json, JsonObject

Labels = dict[str, str]

ORDER = ("object_type_id", "object_id", "token", "id", "email", "cio_id")


def problems(expect: JsonObject, workspace: JsonObject, labels: Labels) -> list[str]:
    """Fills in `labels`."""
    return [problem for name, wanted in expect.items() for problem in _section(name, wanted, workspace, labels)]


def _section(name: str, wanted: Json, workspace: JsonObject, labels: Labels) -> Iterator[str]:
    got = workspace[name.removesuffix("_include").removesuffix("_absent")]
    if name == "suppressed":
        if sorted(_texts(wanted)) != sorted(_texts(got)):
            yield f"suppressed: {got} is not {wanted}"
    elif name.endswith("_absent"):
        yield from (f"{name}: there is {one}" for one in objects(got) if str(one["object_type_id"]) in _texts(wanted))
    elif name.endswith("_include"):
        there = [one for one in objects(got) if name != "object_types_include" or str(one["name"]).strip()]
        for one in objects(wanted):
            yield from _included(name, one, there, labels)
    else:
        yield from _all(name, objects(wanted), sorted(objects(got), key=_order), labels)


def _included(where: str, wanted: JsonObject, there: Sequence[JsonObject], labels: Labels) -> list[str]:
    nearest: list[str] = [f"{where}: nothing is there"]
    for number, one in enumerate(there):
        trial = dict(labels)
        found = [*_item(where, wanted, one, trial)]
        if not found:
            labels.update(trial)
            return []
        if number == 0 or len(found) < len(nearest):
            nearest = found
    return [f"{where}: nothing is {wanted}", *nearest]


def _all(where: str, wanted: Sequence[JsonObject], got: Sequence[JsonObject], labels: Labels) -> Iterator[str]:
    if len(wanted) != len(got):
        yield f"{where}: {len(got)} instead of {len(wanted)}: {got}"
        return
    for number, (one, other) in enumerate(zip(wanted, got, strict=True)):
        yield from _item(f"{where}[{number}]", one, other, labels)


def _item(where: str, wanted: JsonObject, got: JsonObject, labels: Labels) -> Iterator[str]:
    for name, value in wanted.items():
        yield from _field(f"{where}.{name}", name, value, got, labels)


def _field(where: str, name: str, wanted: Json, item: JsonObject, labels: Labels) -> Iterator[str]:
    attributes = as_object(item.get("attributes") or {})
    got = item.get(name)
    match name:
        case "cio_ref" | "linked_to_ref":
            yield from _label(where, str(wanted), item["cio_id" if name == "cio_ref" else "linked_to"], labels)
        case "attributes_include":
            for key, value in as_object(wanted).items():
                if key not in attributes or not same(value, attributes[key]):
                    yield f"{where}.{key}: {attributes.get(key)!r} is not {value!r}"
        case "attributes_absent":
            yield from (f"{where}: there is {key}" for key in _texts(wanted) if key in attributes)
        case "events":
            yield from _all(where, objects(wanted), objects(got), labels)
        case "devices" | "relationships":
            yield from _all(where, objects(wanted), sorted(objects(got), key=_order), labels)
        case _:
            if not same(_comparable(name, wanted), _comparable(name, got)):
                yield f"{where}: {got!r} is not {wanted!r}"


def _comparable(name: str, value: Json) -> Json:
    """Sets in one order, emails without case, object types as texts."""
    if name == "anonymous_ids":
        return [*sorted(_texts(value))]
    if name == "object_type_id":
        return str(value)
    return value.lower() if name == "email" and isinstance(value, str) else value


def _label(where: str, label: str, cio_id: Json, labels: Labels) -> Iterator[str]:
    assert cio_id is None or isinstance(cio_id, str)
    if label not in labels and cio_id is not None and cio_id not in labels.values():
        labels[label] = cio_id
    if cio_id is None or labels.get(label) != cio_id:
        yield f"{where}: {cio_id} is not {label}, who is {labels.get(label, 'somebody new')}"


def same(one: Json, other: Json) -> bool:
    """JSON equality: 1 equals 1.0, but not true."""
    if isinstance(one, dict) and isinstance(other, dict):
        return one.keys() == other.keys() and all(same(value, other[name]) for name, value in one.items())
    if isinstance(one, list) and isinstance(other, list):
        return len(one) == len(other) and all(map(same, one, other))
    return isinstance(one, bool) == isinstance(other, bool) and one == other


def _texts(value: Json) -> list[str]:
    assert isinstance(value, list)
    return [str(one) for one in value]


def _order(item: JsonObject) -> list[str]:
    return [str(item.get(name) or "").lower() if name == "email" else str(item.get(name) or "") for name in ORDER]
