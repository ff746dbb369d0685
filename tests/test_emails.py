import pytest

from worker.emails import looks_like_email


@pytest.mark.parametrize("value", ["a@b", "ada@example.com", " ada@example.com\n", "ädä@exämple", "a+b.c@d-e.f"])
def test_what_can_be_an_email_address(value: str) -> None:
    assert looks_like_email(value)


@pytest.mark.parametrize(
    "value", ["", "@", "a", "a@", "@b", "a@b@c", "a b@c", "a@b c", "a @b", "a@ b", "a@b\tc", "a@b\u2003c", "a\0@b", " "]
)
def test_what_can_be_none(value: str) -> None:
    assert not looks_like_email(value)
