"""What orjson's errors are about."""

from typing import Final

import orjson

_NO_MEMORY: Final = "Not enough memory"


def wrong_with_text(error: orjson.JSONDecodeError) -> str:
    """What is wrong with a text that is no JSON.

    Raises MemoryError where nothing is: of a lack of memory orjson tells by the same error.
    """
    if error.msg.startswith(_NO_MEMORY):
        raise MemoryError(str(error)) from error
    return str(error)
