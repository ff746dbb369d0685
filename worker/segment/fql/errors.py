"""What can be wrong with a trigger."""

from typing import Final, NamedTuple

_BEFORE: Final = 48
_BEHIND: Final = 24
"""Characters around the position that are shown: few enough to stand in one line of a terminal."""


class FqlError(ValueError):
    """The trigger cannot be compiled; `position` is the index in `source` of the character where that shows."""

    def __init__(self, message: str, position: int, source: str) -> None:
        super().__init__(message)
        self.message = message
        self.position = position
        self.source = source

    def caret(self) -> str:
        """The line of the source that is wrong, around the position if it is long, and under it a caret there."""
        start = self.source.rfind("\n", 0, self.position) + 1
        line, place = self.source[start:].partition("\n")[0], self.position - start
        before, behind = line[:place], line[place:]
        if len(before) > _BEFORE:
            before = "…" + before[1 - _BEFORE :]
        if len(behind) > _BEHIND:
            behind = behind[: _BEHIND - 1] + "…"
        indent = "".join(char if char == "\t" else " " for char in before)
        return f"{before}{behind}\n{indent}^"


class Warning_(NamedTuple):  # noqa: N801 - Warning is Python's
    """A trigger does not mean what it seems to mean; `position` is the index in the source where that shows."""

    message: str
    position: int
