"""A broker that lets in only those with a password, with a certificate, or both; certificates are made for the run."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path

import trustme
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
    load_pem_private_key,
)
from msgspec import Struct

from worker.local.broker import LocalBroker
from worker.local.ports import HOST, free_ports
from worker.local.settings import Listener

USER = "worker"
PASSWORD = "not-a-secret-of-anybody"

FAULTS = ("EXPIRED", "RENAMED")

_JAAS = "org.apache.kafka.common.security"


class Guarded(Struct, frozen=True):
    """Where the guarded ways in are, and what opens them."""

    directory: Path
    open_bootstrap: str
    bootstrap: Mapping[str, str]
    """By protocol; and by fault, over TLS: `EXPIRED`, `RENAMED`."""

    def kafka(self, protocol: str, mechanism: str = "PLAIN", **changes: object) -> dict[str, object]:
        """Section `kafka` of a configuration that opens it."""
        section: dict[str, object] = {
            "bootstrap_servers": [self.bootstrap[protocol]],
            "security_protocol": protocol,
            "sasl_mechanism": mechanism,
        }
        if protocol.startswith("SASL"):
            section |= {"sasl_username": USER, "sasl_password": PASSWORD}
        if protocol.endswith("SSL"):
            section["ssl_ca_file"] = str(self.directory / "ca.pem")
        if protocol == "SSL":
            section |= {
                "ssl_cert_file": str(self.directory / "client.pem"),
                "ssl_key_file": str(self.directory / "client.key"),
            }
        return {**section, **changes}


@contextmanager
def guarded_broker(directory: Path) -> Iterator[Guarded]:
    """Such a broker, running."""
    write_certificates(directory)
    ports = dict(zip(("SASL_PLAINTEXT", "SASL_SSL", "SSL"), free_ports(3), strict=True))
    ports |= dict(zip(FAULTS, free_ports(len(FAULTS)), strict=True))
    passwords = {
        "sasl.enabled.mechanisms": "PLAIN,SCRAM-SHA-256,SCRAM-SHA-512",
        "plain.sasl.jaas.config": f'{_JAAS}.plain.PlainLoginModule required user_{USER}="{PASSWORD}";',
        "scram-sha-256.sasl.jaas.config": f"{_JAAS}.scram.ScramLoginModule required;",
        "scram-sha-512.sasl.jaas.config": f"{_JAAS}.scram.ScramLoginModule required;",
    }
    certificate = _keystore(directory / "broker.pem")
    clients = {
        "ssl.client.auth": "required",
        "ssl.truststore.type": "PEM",
        "ssl.truststore.location": str(directory / "ca.pem"),
    }
    listeners = (
        Listener("GUARDED", "SASL_PLAINTEXT", ports["SASL_PLAINTEXT"], passwords),
        Listener("BOTH", "SASL_SSL", ports["SASL_SSL"], {**passwords, **certificate}),
        Listener("MUTUAL", "SSL", ports["SSL"], {**certificate, **clients}),
        *(Listener(fault, "SSL", ports[fault], _keystore(directory / f"{fault}.pem")) for fault in FAULTS),
    )
    broker = LocalBroker(directory / "kafka", quick_start=True, listeners=listeners, scram_users={USER: PASSWORD})
    with broker:
        places = {protocol: f"{HOST}:{port}" for protocol, port in ports.items()}
        yield Guarded(directory, broker.bootstrap, places)


def write_certificates(directory: Path) -> None:
    """An authority, a broker's certificate with its key in one file, and a client's; and another authority's."""
    authority = trustme.CA()
    authority.cert_pem.write_to_path(str(directory / "ca.pem"))
    trustme.CA().cert_pem.write_to_path(str(directory / "other-ca.pem"))
    broker = authority.issue_cert(HOST, "localhost")
    yesterday = datetime.now(UTC) - timedelta(days=1)
    expired = authority.issue_cert(HOST, "localhost", not_before=yesterday - timedelta(days=9), not_after=yesterday)
    renamed = authority.issue_cert("kafka.example.com")
    for name, made in {"broker": broker, "EXPIRED": expired, "RENAMED": renamed}.items():
        (directory / f"{name}.pem").write_bytes(_pkcs8(made.private_key_pem.bytes()) + _chain(made))
    client = authority.issue_cert(f"{USER}@example.com")
    (directory / "client.pem").write_bytes(_chain(client))
    (directory / "client.key").write_bytes(client.private_key_pem.bytes())


def _keystore(path: Path) -> dict[str, str]:
    return {"ssl.keystore.type": "PEM", "ssl.keystore.location": str(path)}


def _chain(certificate: trustme.LeafCert) -> bytes:
    return b"".join(blob.bytes() for blob in certificate.cert_chain_pems)


def _pkcs8(key: bytes) -> bytes:
    """The key as Kafka reads it from a PEM file."""
    return load_pem_private_key(key, None).private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
