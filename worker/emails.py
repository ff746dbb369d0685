"""What can be an email address."""


def looks_like_email(value: str) -> bool:
    """Whether `value` can be an email address: one @ between something and something, no blanks inside.

    Nor a NUL character: a call by such an address is refused (worker/workspace/junk.py), so nothing could name its
    person. Blanks around an address are let through: they name nobody else (worker/workspace/keys.py, email_key).
    Segment's own pattern, by which it takes a userId for an email address (worker/segment/identifiers.py), is narrower:
    it knows only ASCII.
    """
    name, at, domain = value.strip().partition("@")
    return bool(at and name and domain) and "@" not in domain and "\0" not in value and len(value.split()) == 1
