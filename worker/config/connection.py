"""From section `kafka` of the configuration to what every Kafka client needs."""

import ssl
from pathlib import Path

from worker.config.sections import Kafka
from worker.runtime.connection import Connection


class CertificateError(Exception):
    """A certificate file can't be used; the text names the setting and the file. `hint` says what to do about it."""

    hint = "it must be a PEM file that this user may read"


def make_connection(kafka: Kafka) -> Connection:
    """The brokers and credentials.

    Raises:
        CertificateError: when a certificate file cannot be used.
    """
    return Connection(
        bootstrap_servers=kafka.bootstrap_servers,
        security_protocol=kafka.security_protocol,
        ssl_context=_context(kafka) if kafka.security_protocol in ("SSL", "SASL_SSL") else None,
        sasl_mechanism=kafka.sasl_mechanism,
        sasl_username=kafka.sasl_username,
        sasl_password=kafka.sasl_password,
        client_id=kafka.app_id,
    )


def _context(kafka: Kafka) -> ssl.SSLContext:
    authority, certificate, key = kafka.ssl_ca_file, kafka.ssl_cert_file, kafka.ssl_key_file
    # OpenSSL's errors name no file.
    for name, path in (("ssl_ca_file", authority), ("ssl_cert_file", certificate), ("ssl_key_file", key)):
        if path is not None:
            _expect_readable(name, path)
    try:
        context = ssl.create_default_context(cafile=authority)
    except ssl.SSLError as error:
        raise CertificateError(f"kafka.ssl_ca_file: {authority} has no certificate in it: {error}") from error
    if certificate is not None:
        try:
            context.load_cert_chain(certificate, key)
        except ssl.SSLError as error:
            raise CertificateError(
                f"kafka.ssl_cert_file and ssl_key_file: {certificate} and {key} are no certificate and its key: {error}"
            ) from error
    return context


def _expect_readable(name: str, path: str) -> None:
    try:
        with Path(path).open("rb"):
            pass
    except OSError as error:
        raise CertificateError(f"kafka.{name}: {path} can't be read: {error.strerror}") from error
