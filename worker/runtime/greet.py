"""Connects to one broker and says what came of it; an ordinary client tells only that none of all could be reached."""

import asyncio
import ssl
from typing import Literal

from aiokafka.conn import create_conn
from aiokafka.errors import (
    AuthenticationFailedError,
    IllegalSaslStateError,
    KafkaError,
    SaslAuthenticationFailed,
    UnsupportedSaslMechanismError,
)
from msgspec import Struct

from worker.runtime.connection import Connection

PATIENCE_S = 10.0

_REFUSED = (
    AuthenticationFailedError,
    IllegalSaslStateError,
    SaslAuthenticationFailed,
    UnsupportedSaslMechanismError,
)


class Greeting(Struct, frozen=True):
    """What a broker answered; `problem` is None when all went well."""

    server: str
    problem: str | None = None
    kind: Literal["credentials", "certificate", "away"] = "away"


async def greet(connection: Connection, server: str, patience_s: float = PATIENCE_S) -> Greeting:
    """Connect to `server` (host:port), with credentials where the connection has some, and hang up."""
    host, _, port = server.rpartition(":")
    if not (host and port.isdecimal()):
        return Greeting(server, "is not host:port")
    options = connection.client_options()
    del options["bootstrap_servers"]
    try:
        async with asyncio.timeout(patience_s):
            made = await create_conn(host.strip("[]"), int(port), request_timeout_ms=int(patience_s * 1000), **options)
    except ssl.SSLError as problem:
        return Greeting(server, f"its certificate is refused, or it speaks no TLS: {problem}", "certificate")
    except _REFUSED as problem:
        return Greeting(server, f"the credentials are refused: {problem!r}", "credentials")
    except TimeoutError:
        return Greeting(server, f"no answer within {patience_s:.0f} s")
    except (KafkaError, OSError) as problem:
        return Greeting(server, f"it does not answer: {problem!r}")
    made.close()
    return Greeting(server)
