"""What makes a reporting webhook unusable, and the reading of its fields with words for every wrong type."""

from collections.abc import Mapping
from typing import Final, NoReturn

from worker.jsontypes import Json
from worker.reasons import Reason

MAX_IDENTIFIER: Final = 1000
"""Longest identifier, in characters: keys must stay short. Customer.io's own limit is 150 bytes
(customerio_semantics.md 3.1)."""


class InvalidWebhook(Exception):
    """The record holds no reporting webhook that could ever become a track event."""

    def __init__(self, reason: Reason, detail: str) -> None:
        super().__init__(detail)
        self.reason = reason
        self.detail = detail


def refuse(detail: str) -> NoReturn:
    """Raise InvalidWebhook for a field that is missing or of a wrong type."""
    raise InvalidWebhook(Reason.INVALID_WEBHOOK, detail)


def kind_of(value: Json) -> str:
    """The JSON type of `value`, with its article, as error messages name it."""
    match value:
        case None:
            return "null"
        case bool():
            return "a boolean"
        case int() | float():
            return "a number"
        case str():
            return "a string"
        case list():
            return "an array"
        case _:
            return "an object"


def required_text(fields: Mapping[str, Json], key: str, limit: int) -> str:
    """The string at `key`, which is there, not empty and at most `limit` characters long. Raises InvalidWebhook."""
    value = fields.get(key)
    if type(value) is not str:
        refuse(f"{key} must be a string, not {kind_of(value)}" if key in fields else f"{key} is missing")
    if not 0 < len(value) <= limit:
        refuse(f"{key} must have 1 to {limit} characters, not {len(value)}")
    return value


def identifier(fields: Mapping[str, Json], key: str, path: str) -> str:
    """The identifier at `key`: "" where it is missing or null, digits where it is an integer. Raises InvalidWebhook.

    `path` goes before the key in error messages, such as `data.`.
    """
    value = fields.get(key)
    if value is None:
        return ""
    if type(value) is str:
        if len(value) > MAX_IDENTIFIER:
            refuse(f"{path}{key} must have at most {MAX_IDENTIFIER} characters, not {len(value)}")
        return value
    if type(value) is int:
        return str(value)
    refuse(f"{path}{key} must be a string or null, not {kind_of(value)}")
