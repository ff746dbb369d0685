"""`${NAME}` in a setting stands for an environment variable."""

import re
from collections.abc import Callable, Mapping

from worker.config.document import Node, Scalar, Section, Sequence
from worker.jsontypes import Json, JsonObject

_REFERENCE = re.compile(r"\$\{([A-Za-z_][A-Za-z0-9_]*)\}", re.ASCII)


def resolve(node: Node, environ: Mapping[str, str], missing: Callable[[Node, str], None]) -> Json:
    """The node as JSON, variables filled in; `missing` is told of each that is not set."""
    match node:
        case Scalar():
            return _fill(node, environ, missing)
        case Sequence():
            return [resolve(item, environ, missing) for item in node.items]
        case Section():
            section: JsonObject = {entry.key: resolve(entry.value, environ, missing) for entry in node.entries}
            return section


def _fill(node: Scalar, environ: Mapping[str, str], missing: Callable[[Node, str], None]) -> Json:
    if not isinstance(node.value, str) or "${" not in node.value:
        return node.value

    def value_of(reference: re.Match[str]) -> str:
        name = reference[1]
        if name not in environ:
            missing(node, name)
        return environ.get(name, "")

    return _REFERENCE.sub(value_of, node.value)
