import pytest
from hypothesis import given

from tests.segment.strategies import TEXTS, VALUES
from worker.jsontypes import Json
from worker.segment.paths import UNDEFINED, Value, compile_keys, get

OBJECT: Json = {
    "a": {"b": [{"c": 1}, "xy"], "z": 0, "": 5},
    "n": None,
    "e": "",
    "a.b": 1,
    "[k] x": 2,
    "t": True,
    "d": {},
    "l": [],
}


@pytest.mark.parametrize(
    ("path", "value"),
    [
        ("a.b[0].c", 1),
        ("a['b'][0]['c']", 1),
        ("a.b.0.c", 1),
        ("a.b[0]].c", 1),
        ("a.b[1]", "xy"),
        ("a.b[1][0]", "x"),
        ("a.b.length", 2),
        ("a.b[1].length", 2),
        ("a.b[2]", UNDEFINED),
        ("a.b.00", UNDEFINED),
        ("a.b.-1", UNDEFINED),
        ("a.b.١", UNDEFINED),
        ("a.b." + "9" * 5000, UNDEFINED),
        ("a.z.x", 0),
        ("n.x", None),
        ("e.x", ""),
        ("l.length", 0),
        ("l.0", UNDEFINED),
        ("t.x", UNDEFINED),
        ("t.length", UNDEFINED),
        ("d.x", UNDEFINED),
        ("no.x.y", UNDEFINED),
        ("a.b", [{"c": 1}, "xy"]),
        ("[k] x", 2),
        ("a.''", 5),
        ("constructor", UNDEFINED),
    ],
)
def test_paths(path: str, value: Value) -> None:
    assert get(OBJECT, path) == value


@pytest.mark.parametrize("path", ["", "."])
def test_the_object_itself(path: str) -> None:
    assert get(OBJECT, path) is OBJECT


def test_undefined_is_false() -> None:
    assert not UNDEFINED


@given(VALUES, TEXTS, TEXTS, TEXTS)
def test_any_path_leads_somewhere(value: Json, first: str, second: str, third: str) -> None:
    get(value, f"{first}.{second}[{third}]")
    by_steps = compile_keys([third])(compile_keys([second])(compile_keys([first])(value)))
    assert compile_keys([first, second, third])(value) == by_steps
