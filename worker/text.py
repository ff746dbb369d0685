"""Text that a setting may be."""

from typing import Annotated, TypeAlias

from msgspec import Meta

Text: TypeAlias = Annotated[
    str, Meta(min_length=1, pattern=r"^[^\0]*\Z", description="text that is not empty and without NUL")
]
"""A path, a host or a name: none can have a NUL."""
