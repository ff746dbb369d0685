import pytest

from tests.config.test_load import problems
from worker.config import parse_config


@pytest.mark.parametrize(
    ("server", "message"),
    [
        ("kafka", "'kafka' is not host:port"),
        ("kafka:", "'kafka:' is not host:port"),
        (":9092", "':9092' is not host:port"),
        ("k..local:9092", "'k..local' is no host"),
        (f"{'k' * 64}:9092", f"'{'k' * 64}' is no host"),
        ("SASL_SSL://kafka:9092", "'SASL_SSL://kafka' is no host"),
        ("ka fka:9092", "'ka fka' is no host"),
        ("::1:9092", "'::1' is no host"),
        ("[::x]:9092", "'[::x]' is no host"),
        ("kafka:99999", "the port of 'kafka:99999' is not a number from 1 to 65535"),
        ("kafka:0", "the port of 'kafka:0' is not a number from 1 to 65535"),
        ("kafka:x", "the port of 'kafka:x' is not a number from 1 to 65535"),
        ("a:1,b:2", "'a:1,b:2' names several brokers: make each an item of its own"),
    ],
)
def test_what_is_no_broker_is_refused_where_it_is_named(server: str, message: str) -> None:
    text = f"kafka:\n  bootstrap_servers:\n    - a:1\n    - '{server}'\n"
    assert problems(text) == [(4, "kafka.bootstrap_servers", message)]
    if "," not in server:
        environ = {"SEGMENT_WORKER_BOOTSTRAP_SERVERS": f"a:1,{server}"}
        assert problems("", environ) == [(1, "$SEGMENT_WORKER_BOOTSTRAP_SERVERS", message)]
    assert problems("kafka: {bootstrap_servers: ['${SERVER}']}", {"SERVER": server}) == [
        (1, "kafka.bootstrap_servers", message)
    ]


@pytest.mark.parametrize("server", ["127.0.0.1:1", "[::1]:65535", "kafka_1:9092", "kafka.example.com.:9094"])
def test_brokers_have_a_host_and_a_port(server: str) -> None:
    assert parse_config(f"kafka: {{bootstrap_servers: ['{server}']}}", environ={}).kafka.bootstrap_servers == (server,)
