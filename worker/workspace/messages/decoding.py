"""How the messages of each keyed topic are read."""

from collections.abc import Callable, Mapping
from types import MappingProxyType
from typing import Final

from msgspec.json import Decoder

from worker.workspace.messages import AnonymousMessage, DevicesMessage, Message, ObjectsMessage, PeopleMessage

DECODERS: Final[Mapping[str, Callable[[bytes], Message]]] = MappingProxyType(
    {
        "people": Decoder(PeopleMessage).decode,
        "anonymous": Decoder(AnonymousMessage).decode,
        "objects": Decoder(ObjectsMessage).decode,
        "devices": Decoder(DevicesMessage).decode,
    }
)
"""By the topic's entity, which is the name of its contract too. They raise DecodeError and UnicodeDecodeError."""
