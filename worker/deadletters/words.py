"""A dead letter's reason in words: those that stand under each code in worker/reasons.py."""

import ast
import inspect
from functools import cache

from worker.deadletters.letter import UNREADABLE
from worker.reasons import Reason


def reason_in_words(reason: str) -> str:
    """What the reason means."""
    if reason == UNREADABLE:
        return "The record lacks the headers of a dead letter: no worker put it there."
    return _texts().get(reason, "A reason that this version does not know.")


@cache
def _texts() -> dict[str, str]:
    """The text under each member of `Reason`, by its code."""
    (definition,) = ast.parse(inspect.getsource(Reason)).body
    assert isinstance(definition, ast.ClassDef)
    texts: dict[str, str] = {}
    code: str | None = None
    for statement in definition.body:
        match statement:
            case ast.Assign(value=ast.Constant(value=str(found))):
                code = found
            case ast.Expr(value=ast.Constant(value=str(text))) if code is not None:
                texts[code] = " ".join(text.split())
                code = None
    return texts
