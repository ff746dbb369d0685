"""Whether each broker that the configuration names answers, and takes the credentials."""

from collections.abc import AsyncIterator

from worker.checks.finding import Finding, ok, problem, warning
from worker.runtime.connection import Connection
from worker.runtime.greet import Greeting, greet


async def check_brokers(connection: Connection) -> AsyncIterator[Finding]:
    """One finding a broker; a broker that is away while another answers is a warning."""
    greetings = [await greet(connection, server) for server in connection.bootstrap_servers]
    someone = any(greeting.problem is None for greeting in greetings)
    for greeting in greetings:
        yield _finding(greeting, someone, connection.security_protocol)


def _finding(greeting: Greeting, someone_answers: bool, protocol: str) -> Finding:
    if greeting.problem is None:
        return ok("brokers", f"{greeting.server} answers ({protocol})")
    message = f"{greeting.server}: {greeting.problem}"
    if greeting.kind == "away" and someone_answers:
        return warning("brokers", message, greeting.hint)
    return problem("brokers", message, greeting.hint)
