"""The keys of the four keyed topics and of the records in their tables.

A key of a topic names a subject: a handle (`id:X`, `email:e` in lower case), a profile (`cio:C`), an anonymousId
(`anonymous:A`), an object (`object:T/I`) or its type (`type:T`), a device (`device:TOKEN`). The records that belong to
a subject have keys of their own in the same partition of its table; they begin with a word and a slash, which no
subject does.
"""

from typing import Final

from worker.partitioning import PROFILE_PREFIX

ID: Final = "id:"
EMAIL: Final = "email:"
PROFILE: Final = PROFILE_PREFIX
FORMER: Final = f"{PROFILE}/"
"""Before a handle: the way to somebody who has given it up. (No cio_id has a slash.)"""
DELIVERY: Final = "delivery:"

PREFERENCES: Final = "cio_subscription_preferences"
"""The attribute with a person's subscription preferences; with a dot and more it names a part of them."""


def id_key(value: str) -> str:
    """The handle of an id, which is case-sensitive."""
    return ID + value


def email_key(value: str) -> str:
    """The handle of an email address, which ignores case (and blanks around it)."""
    return EMAIL + value.strip().lower()


def profile_key(cio_id: str) -> str:
    """The key of a person's record."""
    return PROFILE + cio_id


def anonymous_key(anonymous_id: str) -> str:
    """The key of an anonymousId."""
    return "anonymous:" + anonymous_id


def object_name(object_type_id: str, object_id: str) -> str:
    """Type and id as one text, which no other pair shares."""
    if "/" in object_type_id or "%" in object_type_id:
        object_type_id = object_type_id.replace("%", "%25").replace("/", "%2F")
    return f"{object_type_id}/{object_id}"


def split_object_name(name: str) -> tuple[str, str]:
    """The object_type_id and object_id of a name."""
    object_type_id, _, object_id = name.partition("/")
    return object_type_id.replace("%2F", "/").replace("%25", "%"), object_id


def object_key(name: str) -> str:
    """The key of an object, by its `object_name`."""
    return "object:" + name


def type_key(object_type_id: str) -> str:
    """The key of an object type."""
    return "type:" + object_type_id


def device_key(token: str) -> str:
    """The key of a device."""
    return "device:" + token


def attributes_key(cio_id: str) -> str:
    """The record with a person's attributes."""
    return "attributes/" + cio_id


def relationship_key(cio_id: str, name: str) -> str:
    """The record of a person's relationship with the object `name`."""
    return f"relationship/{cio_id}/{name}"


def joined(*texts: str) -> str:
    """The texts as one text, which no other texts are joined to, also where some hold NUL characters themselves."""
    text = "\0".join(texts)
    if text.count("\0") < len(texts):
        return text
    return f"{text}\0{','.join(str(len(one)) for one in texts)}"
