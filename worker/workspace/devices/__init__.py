"""Table devices: whose each device is."""

from worker.workspace.devices.decide import decide_devices

__all__ = ["decide_devices"]
