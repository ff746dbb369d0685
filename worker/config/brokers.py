"""What a broker's address may look like."""

import re
from ipaddress import IPv6Address
from typing import Final

_OUTSIDE: Final = re.compile(r"[\s/:@\[\]]")
_PORT_MAX: Final = 65535


def broker_problem(address: str) -> str | None:
    """What is wrong with one item of `kafka.bootstrap_servers`; None where it is host:port."""
    if "," in address:
        return f"{address!r} names several brokers: make each an item of its own"
    host, _, port = address.rpartition(":")
    if not (host and port):
        return f"{address!r} is not host:port"
    if not (port.isascii() and port.isdecimal() and 1 <= int(port) <= _PORT_MAX):
        return f"the port of {address!r} is not a number from 1 to {_PORT_MAX}"
    return None if _is_host(host) else f"{host!r} is no host"


def _is_host(host: str) -> bool:
    try:
        if host.startswith("[") and host.endswith("]"):
            IPv6Address(host[1:-1])
        else:
            host.encode("idna")  # what a look-up begins with: it refuses empty labels and long ones
            return _OUTSIDE.search(host) is None
    except ValueError:
        return False
    return True
