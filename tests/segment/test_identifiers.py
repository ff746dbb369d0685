"""The recorded rows of test_conformance.py hold most of the rules."""

import time
from string import ascii_letters, digits

import pytest
from hypothesis import given
from hypothesis import strategies as st

from worker.segment.identifiers import is_email, resolve_identifiers


@pytest.mark.parametrize("value", ["a@b.co", "A.B+c@x-y.Z1.com", "!#$%&'*+/=?^_`{|}~-@a.b", "a@1.2"])
def test_emails(value: str) -> None:
    assert is_email(value)


@pytest.mark.parametrize(
    "value",
    [
        "",
        "a",
        "@",
        "a@b",
        "a@b.",
        "a@.b",
        "a@b..c",
        "a@-b.c",
        "a@b-.c",
        "a@b.c\n",
        " a@b.c",
        "a@b@c.d",
        "ü@b.c",
        "a@b.ſ",
        ".a@b.c",
    ],
)
def test_what_is_no_email(value: str) -> None:
    assert not is_email(value)


def test_what_an_email_may_be_made_of() -> None:
    for char in map(chr, range(256)):
        local = [is_email(f"{before}{char}@b.co") for before in ("", "a.", "a.b.")]
        label = [is_email(f"a@{domain}") for domain in (f"{char}.co", f"b.{char}", f"b.c.{char}")]
        inside = [is_email(f"a@{domain}") for domain in (f"x{char}x.co", f"b.x{char}x")]
        assert set(local) == {char in ascii_letters + digits + "!#$%&'*+/=?^_`{|}~-"}
        assert set(label) == {char in ascii_letters + digits}
        assert set(inside) == {char in ascii_letters + digits + "-."}


def test_the_default_object_type_stands_for_a_missing_one_only() -> None:
    assert resolve_identifiers(object_id="o") == {"object_id": "o", "object_type_id": "1"}
    assert resolve_identifiers(object_id="o", object_type_id=None, person_id="p") == {"id": "p"}
    assert resolve_identifiers(object_id="o", object_type_id="") is None


@given(st.text())
def test_a_person_id_always_identifies(value: str) -> None:
    identifiers = resolve_identifiers(person_id=value, anonymous_id="a")
    assert identifiers is not None
    assert len(identifiers) == 1


@pytest.mark.parametrize(
    "value", ["a" * 300_000 + "@", "a." * 150_000 + "@", "a@" + "a-" * 150_000, "a@" + "a." * 150_000, "@" * 300_000]
)
def test_long_texts_take_linear_time(value: str) -> None:
    started = time.process_time()
    assert not is_email(value)
    assert time.process_time() - started < 2
