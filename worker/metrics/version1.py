"""The payloads of version 1.0.0, from before May 2022 (segment_source.txt, "Differences between versions 1.0 and 2.0").

No payload of it is published; this reverses the published differences and nothing else.
"""

from typing import Final

from worker.jsontypes import JsonObject

VERSION_1: Final = "1.0.0"

_NAMES: Final = ("action_name", "campaign_name", "newsletter_name", "transactional_message_name")
"""Sent by version 1. Webhooks no longer have them; where one does, it is passed on."""


def to_version_1(properties: JsonObject, data: JsonObject) -> JsonObject:
    """The version 1 properties of an email event, from its version 2 properties and the webhook's data."""
    old = {("email_subject" if key == "subject" else key): value for key, value in properties.items()}
    if "delivery_id" in old:
        old["email_id"] = old["delivery_id"]
    for name in _NAMES:
        if name in data:
            old[name] = data[name]
    return old
