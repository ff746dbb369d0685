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


_AWAY = "is it running, and are kafka.bootstrap_servers and kafka.security_protocol right?"
_CREDENTIALS = "correct kafka.sasl_mechanism, sasl_username and sasl_password"
_AUTHORITY = "name who signs the brokers' certificates in kafka.ssl_ca_file"
_TIMES = "have the broker's certificate renewed, or set this machine's clock"
_NAMES = "call the broker in kafka.bootstrap_servers what its certificate calls it, or have that name added to it"
_NO_TLS = "is that its port for TLS (kafka.bootstrap_servers, security_protocol), and is kafka.ssl_cert_file right?"

# OpenSSL's X509_V_ERR_…: not yet valid, expired; other host name, other IP address
_HINTS = {9: _TIMES, 10: _TIMES, 62: _NAMES, 64: _NAMES}


class Greeting(Struct, frozen=True):
    """What a broker answered; `problem` is None when all went well, else `hint` says what to do about it."""

    server: str
    problem: str | None = None
    kind: Literal["credentials", "certificate", "away"] = "away"
    hint: str = _AWAY


async def refusal(connection: Connection, patience_s: float = PATIENCE_S) -> Greeting | None:
    """What the first broker says that answers and does not let this client in; None where there is none such."""
    greetings = await asyncio.gather(
        *[greet(connection, server, patience_s) for server in connection.bootstrap_servers]
    )
    return next((one for one in greetings if one.problem is not None and one.kind != "away"), None)


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
    except ssl.SSLCertVerificationError as problem:
        hint = _HINTS.get(problem.verify_code, _AUTHORITY)
        return Greeting(server, f"its certificate is refused: {problem.verify_message}", "certificate", hint)
    except ssl.SSLError as problem:
        return Greeting(server, f"it speaks no TLS, or refuses this client's: {problem}", "certificate", _NO_TLS)
    except _REFUSED as problem:
        return Greeting(server, f"the credentials are refused: {problem!r}", "credentials", _CREDENTIALS)
    except TimeoutError:
        return Greeting(server, f"no answer within {patience_s:.0f} s")
    except (KafkaError, OSError) as problem:
        return Greeting(server, f"it does not answer: {problem!r}")
    made.close()
    return Greeting(server)
