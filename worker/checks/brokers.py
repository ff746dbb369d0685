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
    if greeting.kind == "credentials":
        return problem("brokers", message, "correct kafka.sasl_mechanism, sasl_username and sasl_password")
    if greeting.kind == "certificate":
        return problem("brokers", message, "name who signs the brokers' certificates in kafka.ssl_ca_file")
    hint = "is it running, and are kafka.bootstrap_servers and kafka.security_protocol right?"
    return warning("brokers", message, hint) if someone_answers else problem("brokers", message, hint)
