"""Attributes, whatever they are of."""

import msgspec

from worker.jsontypes import JsonObject
from worker.view.rows import AttributeRow, Rows

_encode = msgspec.json.Encoder().encode


def attributes_changed(
    subject: str, values: JsonObject, removed: list[str], number: int, rows: Rows, source: str | None = None
) -> None:
    """Attributes were set or removed."""
    for name, value in values.items():
        rows.attributes.append(AttributeRow(subject, name, _encode(value).decode(), number, source))
    for name in removed:
        rows.attributes.append(AttributeRow(subject, name, None, number, source))
