"""Opens the files of a project: read, filled with variables, checked, and noted in the ledger."""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path

from fargate_kit.compose.catalogue import misfits
from fargate_kit.compose.dotenv import parse_variables
from fargate_kit.compose.interpolation import fill_tree
from fargate_kit.compose.reading import Document, read_document, read_text
from fargate_kit.compose.tree import Found, Items, Node, Place, Scalar, Table, places_in
from fargate_kit.compose.verdicts import KeyPlace, Ledger
from fargate_kit.errors import InvalidSpec

__all__ = ["Opened", "Sources", "read_variables", "shown_path"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Opened:
    """A file of the project.

    Attributes:
        directory: What relative paths in it start from.
        leftovers: Why its keys have no effect of which nothing else is known.
    """

    document: Document
    directory: Path
    leftovers: str


class Sources:
    """Every file that belongs to a project, each read once for one set of variables.

    Args:
        contents: What is in files that are not to be read from the disk, by name.
    """

    def __init__(self, ledger: Ledger, contents: Mapping[str, bytes] | None = None) -> None:
        self._ledger = ledger
        self._contents = contents or {}
        self._opened: dict[str, Opened] = {}
        self._roots: dict[tuple[str, int], tuple[Mapping[str, str], Table | None]] = {}

    @property
    def opened(self) -> tuple[Opened, ...]:
        """The files, in the order they were opened."""
        return tuple(self._opened.values())

    def directory_of(self, file: str) -> Path:
        """Return what relative paths in a file start from."""
        return self._opened[file].directory

    def open(
        self,
        file: str,
        variables: Mapping[str, str],
        known: Mapping[str, frozenset[str]],
        *,
        directory: Path,
        leftovers: str = "nothing uses it",
    ) -> Table | None:
        """Read a file and return what it says; None, with problems noted, if it cannot be read."""
        key = (file, id(variables))
        if key not in self._roots:
            root = self._read(file, variables, known, directory, leftovers)
            self._roots[key] = (variables, root)  # kept, so that no other has the same id
        return self._roots[key][1]

    def _read(
        self,
        file: str,
        variables: Mapping[str, str],
        known: Mapping[str, frozenset[str]],
        directory: Path,
        leftovers: str,
    ) -> Table | None:
        try:
            content = self._contents.get(file)
            text = read_text(file, subject="the file", content=content)
            document = read_document(file, text)
        except InvalidSpec as error:
            for problem in error.problems:
                self._ledger.problem(problem)
            return None
        self._opened.setdefault(
            file, Opened(document=document, directory=directory, leftovers=leftovers)
        )
        self._note(document)
        root, unset, unfit = fill_tree(document.root, variables)
        if not isinstance(root, Table):  # a mapping stays one
            return None
        for each in unset:
            self._ledger.caution(f"{each.place}: the variable {each.name} is not set: it is empty")
        for problem in document.problems:
            self._ledger.problem(problem)
        wrong = list(misfits(root, known))
        for key, unreadable in (*unfit, *wrong):
            self._ledger.misfit(key, unreadable)
        return self._without({key.place: key for key, _ in wrong}, root, document)

    def _without(self, wrong: dict[Place, KeyPlace], root: Table, document: Document) -> Table:
        """Return what a file says without the keys that cannot be read: they are null then."""
        path_at = {key.place: key for key in document.keys}

        def cleaned(node: Node) -> Node:
            if isinstance(node, Items):
                return replace(node, items=tuple(cleaned(item) for item in node.items))
            if not isinstance(node, Table):
                return node
            entries = {}
            for name, entry in node.entries.items():
                if entry.place in wrong:
                    for place in places_in(entry.value):
                        self._ledger.goes_with(path_at[place], wrong[entry.place])
                    value: Node = Scalar(place=entry.value.place, value=None, text="")
                else:
                    value = cleaned(entry.value)
                entries[name] = replace(entry, value=value)
            return replace(node, entries=entries)

        result = cleaned(root) if wrong else root
        return result if isinstance(result, Table) else root

    def _note(self, document: Document) -> None:
        for path, entry, place in document.shadows:
            self._ledger.shadowed(entry.value, entry.places, path, f"replaced at {place}")
        for merge in document.merges:
            found = Found(path=merge.path, pattern="<<", places=(merge.place,), node=document.root)
            self._ledger.mapped(found, "the keys it brings")


def read_variables(
    paths: list[Path], environment: Mapping[str, str], ledger: Ledger
) -> dict[str, str]:
    """Read files of variables; a later one wins, the environment wins over all.

    Files that are missing or unfit are noted as problems.
    """
    found: dict[str, str] = {}
    for path in paths:
        try:
            text = read_text(str(path), subject="variables")
            read = parse_variables(str(path), text, {**found, **environment})
        except InvalidSpec as error:
            for problem in error.problems:
                ledger.problem(problem)
            continue
        found.update({name: value for name, value in read.items() if value is not None})
    return {**found, **environment}


def shown_path(path: Path) -> str:
    """Return a path as a person would type it: from the working directory if it is below."""
    plain = os.path.normpath(path)
    relative = os.path.relpath(plain)
    return plain if relative.startswith("..") else relative
