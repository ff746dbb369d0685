"""Sends an event into the running system and watches what comes of it."""
