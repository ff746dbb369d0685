"""Text: what a setting may be, and what may be shown of what others wrote."""

from typing import Annotated, TypeAlias

from msgspec import Meta

Text: TypeAlias = Annotated[
    str, Meta(min_length=1, pattern=r"^[^\0]*\Z", description="text that is not empty and without NUL")
]
"""A path, a host or a name: none can have a NUL."""


def printable(text: str) -> str:
    """Without what would steer the terminal: the data is other people's."""
    return "".join(char if char.isprintable() else f"\\x{ord(char):02x}" for char in text)


def printable_lines(text: str) -> str:
    """The same, of text that may have several lines."""
    return "\n".join(map(printable, text.split("\n")))
