"""Section `relay` of workspace.yaml, and the parts of `source` that decide where events go."""

import pytest

from worker.config import ConfigError, parse_config
from worker.jsontypes import Json
from worker.relay.settings import RelaySettings


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("ledger", "/tmp/x.sqlite"),
        ("ledger_days", 7),
        ("endpoint", "http://127.0.0.1:9"),
        ("requests", 3),
        ("gzip", False),
        ("timeout_s", 2.5),
        ("retry_min_s", 0.25),
        ("retry_max_s", 90.0),
        ("breaker_failures", 2),
        ("breaker_pause_s", 1.5),
    ],
)
def test_every_setting_is_reachable(name: str, value: Json) -> None:
    written = str(value).lower() if isinstance(value, bool) else value
    settings = parse_config(f"relay: {{{name}: {written}}}", environ={}).relay
    assert getattr(settings, name) == value
    assert getattr(RelaySettings(), name) != value


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("{requests: 0}", "a whole number from 1 to 100"),
        ("{ledger_days: 0}", "a whole number from 1 to 366"),
        ("{timeout_s: 0}", "a number above 0 and at most 86400"),
        ("{timeout_s: 1e999}", "a number above 0 and at most 86400"),
        ("{retry_min_s: 86401}", "a number above 0 and at most 86400"),
        ("{retry_max_s: 1e20}", "a number above 0 and at most 86400"),
        ("{breaker_pause_s: 1e20}", "a number above 0 and at most 86400"),
        ("{retry_min_s: 5, retry_max_s: 1}", "retry_max_s must not be less than retry_min_s"),
        ("{endpoint: segment.example}", "http:// or https://"),
        ("{endpoint: 'https://u:SECRET8@host/x'}", "endpoint must not have a user or a password"),
        ("{endpoint: 'https://u@host'}", "endpoint must not have a user or a password"),
        ("{endpoint: 'http://[::1'}", "Invalid IPv6 URL"),
        ("{endpoint: 'https://'}", "endpoint must be a base URL such as"),
        ("{endpoint: 'https:///v1'}", "endpoint must be a base URL such as"),
        ("{endpoint: 'https://:8080'}", "endpoint must be a base URL such as"),
        ("{endpoint: 'https://segment.example:0'}", "endpoint must be a base URL such as"),
        ("{endpoint: 'https://segment.example:99999'}", "Port out of range"),
        ("{endpoint: 'http://segment example'}", "endpoint must be a base URL such as"),
        ("{endpoint: 'http://segment.example/?to=1'}", "endpoint must be a base URL such as"),
        ("{endpoint: 'http://segment.example/#to'}", "endpoint must be a base URL such as"),
        ("{endpoints: x}", "did you mean endpoint?"),
        ("{gzip: 1}", "true or false"),
    ],
)
def test_what_cannot_be_is_refused(text: str, words: str) -> None:
    with pytest.raises(ConfigError, match=words.replace("?", r"\?")) as caught:
        parse_config(f"relay: {text}", environ={})
    assert "SECRET8" not in str(caught.value)


@pytest.mark.parametrize("key", ["sec:ret", "sec ret", "secret\n", "\tsecret", " "])
def test_a_write_key_that_can_be_none_is_refused_and_not_told(key: str) -> None:
    with pytest.raises(ConfigError, match=r"source\.write_key: must be text without ':' or white space") as caught:
        parse_config("source: {write_key: '${KEY}'}", environ={"KEY": key})
    assert "ret" not in str(caught.value)
    assert parse_config("source: {write_key: 'sec/ret'}", environ={}).source.write_key == "sec/ret"


def test_waits_may_stay_the_same() -> None:
    assert RelaySettings(retry_min_s=5, retry_max_s=5).retry_max_s == 5


def test_where_events_go() -> None:
    assert RelaySettings().url("US") == "https://api.segment.io/v1/batch"
    assert RelaySettings().url("EU") == "https://events.eu1.segmentapis.com/v1/batch"
    assert RelaySettings(endpoint="http://127.0.0.1:80/").url("EU") == "http://127.0.0.1:80/v1/batch"
