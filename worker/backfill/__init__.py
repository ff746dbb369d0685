"""Replays events of the past, from a topic or from files, through the running system or a copy of its state."""
