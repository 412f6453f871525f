"""Reading a tagged PDF as a screen reader does: by its structure elements."""

from collections.abc import Iterator
from typing import Any

from pypdf import PdfReader


def elements(reader: PdfReader) -> Iterator[Any]:
    """The structure elements of a tagged PDF, in reading order."""

    def walk(node: Any) -> Iterator[Any]:
        node = node.get_object()
        if isinstance(node, list):
            for kid in node:
                yield from walk(kid)
        elif isinstance(node, dict) and "/S" in node:
            yield node
            yield from walk(node.get("/K", []))

    return walk(reader.root_object["/StructTreeRoot"]["/K"])


def of_kind(reader: PdfReader, kind: str) -> list[Any]:
    return [element for element in elements(reader) if element["/S"] == kind]
