"""The rows of a device's changes."""

from typing import Final

import msgspec

from worker.view.rows import DeviceRow, Rows
from worker.workspace.changes import DeviceChanged

INTEGERS_END: Final = 2**63
"""SQLite has no integers of this size or larger."""

_encode = msgspec.json.Encoder().encode


def device_changed(change: DeviceChanged, number: int, rows: Rows) -> None:
    """A device was used, changed hands or was removed."""
    attributes = _encode(change.attributes).decode()
    last_used = change.last_used
    if abs(last_used) >= INTEGERS_END:
        last_used = float(last_used)
    rows.devices.append(DeviceRow(change.token, change.cio_id, change.platform, last_used, attributes, number))
