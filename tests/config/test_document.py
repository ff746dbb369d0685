import pytest

from worker.config.document import DEPTH_MAX, parse, plain
from worker.config.problems import ConfigError
from worker.jsontypes import Json


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("", None),
        ("a: null\nb: ~\nc:", {"a": None, "b": None, "c": None}),
        ("a: true\nb: no\nc: on", {"a": True, "b": "no", "c": "on"}),
        ("a: 10\nb: 010\nc: 1.5\nd: 1e3", {"a": 10, "b": 10, "c": 1.5, "d": 1000.0}),
        ("a: 2020-01-01", {"a": "2020-01-01"}),
        ("a: '1'\nb: \"true\"", {"a": "1", "b": "true"}),
        ("a: &x [1, 2]\nb: *x", {"a": [1, 2], "b": [1, 2]}),
        ('"\\ud83d\\ude00": "x\\ud83d\\ude00"', {"😀": "x😀"}),
        ("a: 1:30\nb: 1_000\nc: 0x1F", {"a": "1:30", "b": "1_000", "c": "0x1F"}),
    ],
)
def test_scalars_mean_what_yaml_1_2_says(text: str, value: Json) -> None:
    assert plain(parse(text, "x.yaml")) == value


@pytest.mark.parametrize(
    ("text", "line", "part"),
    [
        ("a: 1\nb: [1", 2, "no YAML"),
        ("a: 1\n\tb: 2", 2, "no YAML"),
        ("a: 1\nb: \x00", 2, "no YAML"),
        ("a: 1\nb: *nobody", 2, "undefined alias"),
        ("a: 1\n---\nb: 2", 2, "expected a single document"),
        ("[" * (DEPTH_MAX + 2), 1, "no YAML"),
        ("a: " + "[" * (DEPTH_MAX + 2) + "]" * (DEPTH_MAX + 2), 1, "levels deep"),
        ("a: " + "[" * 500 + "]" * 500, 1, "levels deep"),
        ('a: 1\nb: "\\ud83d"', 2, "half a character"),
        ('a: 1\n"\\ude00\\ud83d": 2', 2, "half a character"),
        ("a: &a [*a]", 1, ""),
    ],
)
def test_what_is_no_document_is_said_with_its_line(text: str, line: int, part: str) -> None:
    with pytest.raises(ConfigError) as caught:
        parse(text, "x.yaml")
    (problem,) = caught.value.problems
    assert problem.line == line
    assert part in problem.message


def test_aliases_of_aliases_are_bounded() -> None:
    lines = ["a0: &a0 [x, x, x, x, x, x, x, x, x, x]"]
    lines += [f"a{at}: &a{at} [{', '.join([f'*a{at - 1}'] * 10)}]" for at in range(1, 9)]
    with pytest.raises(ConfigError, match="more than"):
        parse("\n".join(lines), "x.yaml")
