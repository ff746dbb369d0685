"""The keys to and from Segment: set, and not left as a placeholder."""

import re
from collections.abc import Iterator
from typing import Final

from worker.checks.finding import Finding, ok, problem, warning
from worker.config import Config

_PLACEHOLDER: Final = re.compile(
    r"[<>\s]|^(change.?me|todo|x{3,}|your[-_ ].*|secret|password|write.?key)$", re.IGNORECASE
)
_KEEP_IN_ENVIRONMENT: Final = "put it in an environment variable and name that: ${NAME}"


def check_keys(config: Config) -> Iterator[Finding]:
    """Whether the keys are there and look like keys."""
    destination, source, kafka = config.destination, config.source, config.kafka
    if not source.write_key:
        yield warning(
            "keys", "source.write_key is not set: the relay delivers nothing, it prints", _KEEP_IN_ENVIRONMENT
        )
    if (destination.site_id is None) is not (destination.api_key is None):
        missing = "site_id" if destination.site_id is None else "api_key"
        yield problem("keys", f"destination.{missing} is not set, but the other one is", "set both, or neither")
    given = {
        "source.write_key": source.write_key,
        "destination.site_id": destination.site_id,
        "destination.api_key": destination.api_key,
        "kafka.sasl_password": kafka.sasl_password,
    }
    for name, value in given.items():
        if not value:
            continue
        if _PLACEHOLDER.search(value):
            yield problem("keys", f"{name} looks like a placeholder, or has spaces in it", _KEEP_IN_ENVIRONMENT)
        else:
            yield ok("keys", f"{name} is set")
