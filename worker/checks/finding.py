"""What a check found."""

from typing import Literal, TypeAlias

from msgspec import Struct

Level: TypeAlias = Literal["ok", "warning", "problem"]


class Finding(Struct, frozen=True):
    """One thing that was looked at. `problem`: it will not work; `warning`: it works, perhaps not as it is meant."""

    level: Level
    check: str
    message: str
    hint: str | None = None


def ok(check: str, message: str) -> Finding:
    """All is well with it."""
    return Finding("ok", check, message)


def warning(check: str, message: str, hint: str | None = None) -> Finding:
    """It works, perhaps not as it is meant."""
    return Finding("warning", check, message, hint)


def problem(check: str, message: str, hint: str | None = None) -> Finding:
    """It will not work."""
    return Finding("problem", check, message, hint)
