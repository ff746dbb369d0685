"""What can be wrong with a trigger."""

from typing import NamedTuple


class FqlError(ValueError):
    """The trigger cannot be compiled; `position` is the index in `source` of the character where that shows."""

    def __init__(self, message: str, position: int, source: str) -> None:
        super().__init__(message)
        self.message = message
        self.position = position
        self.source = source

    def caret(self) -> str:
        """The line of the source that is wrong, and under it a caret at the position."""
        start = self.source.rfind("\n", 0, self.position) + 1
        line = self.source[start:].partition("\n")[0]
        indent = "".join(char if char == "\t" else " " for char in line[: self.position - start])
        return f"{line}\n{indent}^"


class Warning_(NamedTuple):  # noqa: N801 - Warning is Python's
    """A trigger does not mean what it seems to mean; `position` is the index in the source where that shows."""

    message: str
    position: int
