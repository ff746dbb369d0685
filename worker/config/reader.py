"""From a document to frozen structs, collecting every problem on the way instead of stopping at the first."""

from collections.abc import Callable, Collection, Iterable, Mapping
from difflib import get_close_matches
from typing import TypeVar, cast

import msgspec
from msgspec import Struct

from worker.config.document import Entry, Node, Scalar, Section, Sequence, meaning
from worker.config.environment import resolve
from worker.config.expectation import expectation
from worker.config.problems import Problem
from worker.jsontypes import Json

StructT = TypeVar("StructT", bound=Struct)

ItemCheck = Callable[[str], str | None]
"""What is wrong with one item of a list of texts, or None."""


class Reader:
    """Reads sections of one document. `problems` is what it has found so far."""

    def __init__(self, environ: Mapping[str, str], item_checks: Mapping[str, ItemCheck] | None = None) -> None:
        """`item_checks` are run on the items of the lists at these paths."""
        self.problems: list[Problem] = []
        self._environ = environ
        self._item_checks = item_checks or {}

    def add(self, node: Node | Entry, path: str, message: str) -> None:
        """One more problem, at the node's line."""
        self.problems.append(Problem(node.line, path, message))

    def struct(self, kind: type[StructT], node: Node | None, path: str) -> StructT:
        """The section as a `kind`, defaults where the section does not say, or says something wrong."""
        values: dict[str, object] = {}
        fields = {field.name: field for field in msgspec.structs.fields(kind)}
        for entry in self.entries(node, path, fields):
            field = fields[entry.key]
            inner = join(path, entry.key)
            if isinstance(field.type, type) and issubclass(field.type, Struct):
                values[entry.key] = self.struct(field.type, entry.value, inner)
            else:
                found = self.value(field.type, entry.value, inner)
                if found is not msgspec.UNSET:
                    values[entry.key] = found
        try:
            return kind(**values)
        except (TypeError, ValueError) as error:
            if node is not None:
                self.add(node, path, str(error))
            return kind()

    def entries(self, node: Node | None, path: str, known: Collection[str]) -> list[Entry]:
        """The entries of a section, those with a problem left out: unknown keys, repeated keys."""
        if node is None or (isinstance(node, Scalar) and node.value is None):
            return []
        if not isinstance(node, Section):
            self.add(node, path, "must be a section of settings (`name: value` lines)")
            return []
        entries: dict[str, Entry] = {}
        for entry in node.entries:
            if entry.key not in known:
                self.add(entry, join(path, entry.key), f"there is no such setting{nearest(entry.key, known)}")
            elif entry.key in entries:
                self.add(entry, join(path, entry.key), f"is set twice, first in line {entries[entry.key].line}")
            else:
                entries[entry.key] = entry
        return list(entries.values())

    def items(self, node: Node, path: str) -> list[Node]:
        """The items of a list."""
        if isinstance(node, Sequence):
            return node.items
        if not (isinstance(node, Scalar) and node.value is None):
            self.add(node, path, "must be a list (`- item` lines)")
        return []

    def value(self, kind: object, node: Node, path: str) -> object:
        """The node as a value of this type; UNSET where it is none.

        Numbers may stand for text, and what comes from a variable for what it would mean in the file.
        """

        def missing(at: Node, name: str) -> None:
            self.add(at, path, f"the environment variable {name} is not set")

        before = len(self.problems)
        filled = resolve(node, self._environ, missing)
        if len(self.problems) > before:
            return msgspec.UNSET
        texts: list[Json] = [filled]
        if isinstance(node, Scalar) and isinstance(filled, (int, float)) and not isinstance(filled, bool):
            texts.append(node.text)
        elif isinstance(node, Scalar) and isinstance(filled, str) and filled != node.value:
            texts.append(meaning(filled))
        for candidate in texts:
            try:
                found = cast("object", msgspec.convert(candidate, kind))
            except msgspec.ValidationError:
                continue
            return found if self._check_items(node, candidate, path) else msgspec.UNSET
        self.add(node, path, f"must be {expectation(kind)}")
        return msgspec.UNSET

    def _check_items(self, node: Node, filled: Json, path: str) -> bool:
        check = self._item_checks.get(path)
        if check is None or not isinstance(node, Sequence) or not isinstance(filled, list):
            return True
        before = len(self.problems)
        for item, value in zip(node.items, filled, strict=True):
            wrong = check(value) if isinstance(value, str) else None
            if wrong is not None:
                self.add(item, path, wrong)
        return len(self.problems) == before


def join(path: str, key: str) -> str:
    """The path of a key in the section at `path`."""
    return f"{path}.{key}" if path else key


def nearest(name: str, known: Iterable[str]) -> str:
    """`; did you mean x?`, or nothing where no name is near."""
    close = get_close_matches(name, list(known), n=1, cutoff=0.5)
    return f"; did you mean {close[0]}?" if close else ""
