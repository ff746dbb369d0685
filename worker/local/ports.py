"""Choosing and checking TCP ports on the loopback interface."""

import random
import socket

HOST = "127.0.0.1"

# Below the ports that systems give to outgoing connections (32768 and up on Linux, 49152 and up elsewhere): a client
# that keeps trying a port of that range while its broker restarts can get connected to itself and so take the port.
_LOWEST, _HIGHEST = 20_000, 32_000


def is_free(port: int) -> bool:
    """Whether a server can listen on `port` now."""
    with socket.socket() as attempt:
        attempt.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            attempt.bind((HOST, port))
        except OSError:
            return False
        return True


def free_ports(count: int) -> list[int]:
    """`count` different ports that are free now. Another program may take one before it is used: then choose anew."""
    candidates = random.SystemRandom().sample(range(_LOWEST, _HIGHEST), 500)
    found = [port for port, _ in zip((port for port in candidates if is_free(port)), range(count), strict=False)]
    if len(found) < count:
        raise OSError(f"no {count} free ports between {_LOWEST} and {_HIGHEST}")
    return found
