"""Hypothesis strategies for what JSON can hold."""

from hypothesis import strategies as st

from worker.jsontypes import Json, JsonObject

TEXTS = st.text(st.characters(codec="utf-8"), max_size=12) | st.sampled_from(
    ["", "0", "length", "__proto__", "constructor", "a.b", "{{a}}", "$&", "\x00", "2020-01-01", "1e999", "'x'", "\\"]
)
"""Texts without lone surrogates, as all decoded JSON has them."""

NUMBERS = st.integers(-(2**63), 2**64 - 1) | st.floats(allow_nan=False, allow_infinity=False)

SCALARS = st.none() | st.booleans() | NUMBERS | TEXTS

VALUES: st.SearchStrategy[Json] = st.recursive(
    SCALARS, lambda inner: st.lists(inner, max_size=4) | st.dictionaries(TEXTS, inner, max_size=4), max_leaves=12
)

OBJECTS: st.SearchStrategy[JsonObject] = st.dictionaries(TEXTS, VALUES, max_size=5)

EVENTS: st.SearchStrategy[JsonObject] = st.dictionaries(
    st.sampled_from(["type", "event", "name", "userId", "properties", "traits", "context"]),
    VALUES | st.dictionaries(st.sampled_from(["a", "b", "x"]), VALUES),
)
"""Objects in which a trigger's fields hold anything."""
