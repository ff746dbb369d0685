"""From section `kafka` of the configuration to what every Kafka client needs."""

import ssl

from worker.config.sections import Kafka
from worker.runtime.connection import Connection


def make_connection(kafka: Kafka) -> Connection:
    """The brokers and credentials.

    Raises:
        OSError: when a certificate file cannot be used (an ssl.SSLError is one).
    """
    context: ssl.SSLContext | None = None
    if kafka.security_protocol in ("SSL", "SASL_SSL"):
        context = ssl.create_default_context(cafile=kafka.ssl_ca_file)
        if kafka.ssl_cert_file is not None:
            context.load_cert_chain(kafka.ssl_cert_file, kafka.ssl_key_file)
    return Connection(
        bootstrap_servers=kafka.bootstrap_servers,
        security_protocol=kafka.security_protocol,
        ssl_context=context,
        sasl_mechanism=kafka.sasl_mechanism,
        sasl_username=kafka.sasl_username,
        sasl_password=kafka.sasl_password,
        client_id=kafka.app_id,
    )
