"""What each answer means."""

import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from worker.relay.verdict import RETRY_AFTER_MAX_S, Accepted, Misconfigured, Refused, Retry, judge

NOW = 1_800_000_000.0


@pytest.mark.parametrize("body", [b'{"success":true}', b"", b"OK", b"[]", b"null"])
@pytest.mark.parametrize("status", [200, 202, 299])
def test_a_2xx_is_good(status: int, body: bytes) -> None:
    assert judge(status, {}, body, NOW) == Accepted()


def test_a_200_that_says_otherwise_is_a_refusal() -> None:
    body = b'{"success":false,"code":"no_user_anon_id"}'
    assert judge(200, {}, body, NOW) == Refused(f"200 {body.decode()}")


@pytest.mark.parametrize("status", [400, 402, 409, 413, 415, 422, 499])
def test_what_is_wrong_with_the_events_is_refused_with_the_answer(status: int) -> None:
    assert judge(status, {}, b'{"code":"x"}', NOW) == Refused(f'{status} {{"code":"x"}}')


def test_an_answer_may_be_empty() -> None:
    assert judge(400, {}, b"", NOW) == Refused("400")


@pytest.mark.parametrize("status", [199, 300, 301, 302, 307, 401, 403, 404, 405, 407])
def test_what_is_wrong_with_the_key_or_the_endpoint_is_no_events_fault(status: int) -> None:
    assert judge(status, {}, b"no", NOW) == Misconfigured(f"{status} no")


@pytest.mark.parametrize("status", [408, 410, 425, 429, 460, 500, 501, 502, 503, 504, 520, 599])
def test_what_may_pass_is_tried_again(status: int) -> None:
    assert judge(status, {}, b"<html>", NOW) == Retry(str(status))


@pytest.mark.parametrize(
    ("headers", "seconds"),
    [
        ({"Retry-After": "7"}, 7.0),
        ({"Retry-After": " 0 "}, 0.0),
        ({"Retry-After": "Fri, 15 Jan 2027 08:00:30 GMT"}, 30.0),
        ({"Retry-After": "Fri, 15 Jan 2027 07:00:00 GMT"}, 0.0),
        ({"Retry-After": "Fri, 15 Jan 2027 10:00:30 +0200"}, 30.0),
        ({"Retry-After": "Fri Jan 15 08:00:30 2027"}, 30.0),
        ({"Retry-After": "999999"}, RETRY_AFTER_MAX_S),
        ({"X-RateLimit-Reset": "3"}, 3.0),
        ({"Retry-After": "2", "X-RateLimit-Reset": "3"}, 2.0),
        ({"Retry-After": "soon", "X-RateLimit-Reset": "3"}, 3.0),
        ({"Retry-After": "-1"}, None),
        ({"Retry-After": "Fri, 31 Dec 1999 23:59:59 +99999999999999999999"}, None),
        ({"Retry-After": "Fri, 31 Dec 1999 23:59:59 +99999999999999999999", "X-RateLimit-Reset": "3"}, 3.0),
        ({"Retry-After": ""}, None),
        ({}, None),
    ],
)
@pytest.mark.parametrize("status", [429, 503])
def test_it_waits_as_asked(status: int, headers: dict[str, str], seconds: float | None) -> None:
    assert judge(status, headers, b"", NOW) == Retry(str(status), seconds)


def test_a_date_without_a_zone_is_in_utc(monkeypatch: pytest.MonkeyPatch) -> None:
    with monkeypatch.context() as elsewhere:
        elsewhere.setenv("TZ", "America/New_York")
        time.tzset()
        verdict = judge(429, {"Retry-After": "Fri Jan 15 08:00:30 2027"}, b"", NOW)
    time.tzset()
    assert verdict == Retry("429", 30.0)


@given(st.integers(100, 999), st.binary(max_size=3000), st.text(max_size=30))
def test_every_answer_has_a_verdict_of_bounded_size(status: int, body: bytes, after: str) -> None:
    verdict = judge(status, {"Retry-After": after}, body, NOW)
    match verdict:
        case Refused(text) | Misconfigured(text):
            assert len(text) <= 510
        case Retry(_, after_s):
            assert after_s is None or 0 <= after_s <= RETRY_AFTER_MAX_S
        case Accepted():
            assert 200 <= status < 300
