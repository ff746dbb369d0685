"""Why data was put into a dead-letter topic: one closed list, used as header, metric label and filter."""

from enum import StrEnum


class Reason(StrEnum):
    """A dead letter's reason code. The text after each is what `dlq show` prints."""

    NOT_JSON = "not_json"
    """The value is not valid JSON (or not UTF-8, or holds NaN, or nests too deeply)."""
    NOT_AN_OBJECT = "not_an_object"
    """The value is JSON but no object."""
    EMPTY = "empty"
    """The record has no value."""
    TOO_LARGE = "too_large"
    """The event is larger than any that Segment or Customer.io takes (worker/segment/events.py)."""
    INVALID_EVENT = "invalid_event"
    """A field of the event has a wrong type or is missing."""
    INVALID_FIELDS = "invalid_fields"
    """A mapped field is missing or of a wrong type (Segment's words are in the detail)."""
    JUNK_IDENTIFIER = "junk_identifier"
    """The userId is one that stems from a mistake, such as `undefined`."""
    NO_IDENTIFIER = "no_identifier"
    """The command names nobody."""
    UNKNOWN_TYPE = "unknown_type"
    """The event's type is none of Segment's."""
    INVALID_MESSAGE = "invalid_message"
    """An internal message that does not decode."""
    STATE_TOO_LARGE = "state_too_large"
    """Applying it would make one stored value larger than a changelog record may be."""
    UNSUPPORTED = "unsupported"
    """Understood, but this version takes no decision on it."""
    INVALID_WEBHOOK = "invalid_webhook"
    """A reporting webhook that lacks what every one has, or has it in a wrong type."""
