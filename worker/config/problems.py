"""What is wrong with a configuration file: all of it at once, each with its line."""

from msgspec import Struct


class Problem(Struct, frozen=True):
    """One thing wrong. `line` counts from 1; `path` names the setting, e.g. `destination.subscriptions[2].trigger`.

    `message` may have several lines, such as a trigger and a caret under it.
    """

    line: int
    path: str
    message: str

    def text(self, source: str) -> str:
        """`source:line: path: message`."""
        place = f"{source}:{self.line}: {self.path}: " if self.path else f"{source}:{self.line}: "
        return place + self.message.replace("\n", "\n    ")


class ConfigError(ValueError):
    """The configuration cannot be used; `problems` is everything that is wrong with it, by line."""

    def __init__(self, source: str, problems: list[Problem]) -> None:
        self.source = source
        self.problems = sorted(problems, key=lambda problem: problem.line)
        super().__init__("\n".join(problem.text(source) for problem in self.problems))
