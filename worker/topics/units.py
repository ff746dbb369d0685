"""Durations and sizes as contracts write them: `7 days`, `2 MiB`."""

from collections.abc import Mapping
from types import MappingProxyType
from typing import Final

_MILLISECONDS: Final = MappingProxyType({"minute": 60_000, "hour": 3_600_000, "day": 86_400_000})
_BYTES: Final = MappingProxyType({"KiB": 1024, "MiB": 1024**2, "GiB": 1024**3})

FOREVER: Final = "forever"
UNLIMITED_MS: Final = -1
"""What Kafka calls for ever."""


def milliseconds(text: str) -> int:
    """The duration `text`, e.g. `1 day`, `36 hours`, or UNLIMITED_MS for `forever`. Raises ValueError."""
    return UNLIMITED_MS if text == FOREVER else _amount(text, text.removesuffix("s"), _MILLISECONDS)


def size_bytes(text: str) -> int:
    """The size `text` in bytes, e.g. `64 KiB`. Raises ValueError."""
    return _amount(text, text, _BYTES)


def _amount(text: str, singular: str, units: Mapping[str, int]) -> int:
    count, _, unit = singular.partition(" ")
    if not (count.isascii() and count.isdigit()) or unit not in units or int(count) == 0:
        raise ValueError(f"{text!r} is not a number and one of {', '.join(units)}")
    return int(count) * units[unit]
