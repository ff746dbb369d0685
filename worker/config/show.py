"""The effective configuration for people to read, without its secrets."""

from typing import Final, cast

import msgspec
import yaml

from worker.config.sections import SECRETS, Config
from worker.jsontypes import JsonObject

MASK: Final = "(set, not shown)"


def effective(config: Config) -> JsonObject:
    """Every setting with its value; a secret that is set says only that. One of no characters is not set."""
    shown = cast("JsonObject", msgspec.to_builtins(config, builtin_types=()))
    for path in SECRETS:
        section, _, name = path.partition(".")
        values = shown[section]
        if isinstance(values, dict) and values[name]:
            values[name] = MASK
    return shown


def effective_yaml(config: Config) -> str:
    """The same as YAML."""
    text: str = yaml.safe_dump(effective(config), sort_keys=False, allow_unicode=True, width=120)
    return text
