"""A recipe's YAML with the place of every key, and the overrides laid over it."""

from __future__ import annotations

import copy
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

import yaml

from tfbert_edge.recipe.contradiction import Path, split


class _Loader(yaml.SafeLoader):
    """YAML 1.2's plain scalars: ``no`` is a text (a label, often), ``5e-5`` is a number, a date is a text."""

    yaml_implicit_resolvers: dict[str, Any] = {}  # noqa: RUF012  (so PyYAML declares it)


for _tag, _pattern in (
    ("null", r"~|null|Null|NULL|"),
    ("bool", r"true|True|TRUE|false|False|FALSE"),
    ("int", r"[-+]?[0-9]+"),
    (
        "float",
        r"[-+]?(?:\.[0-9]+|[0-9]+(?:\.[0-9]*)?)(?:[eE][-+]?[0-9]+)?|[-+]?\.(?:inf|Inf|INF)|\.(?:nan|NaN|NAN)",
    ),
    ("merge", r"<<"),
):
    _Loader.add_implicit_resolver(f"tag:yaml.org,2002:{_tag}", re.compile(rf"(?:{_pattern})$"), None)

# PyYAML reads 010 as octal; YAML 1.2 does not.
_Loader.add_constructor("tag:yaml.org,2002:int", lambda loader, node: int(str(loader.construct_scalar(node))))  # type: ignore[arg-type]


def parse(text: str) -> tuple[Any, yaml.Node | None]:
    """The value and the node tree of a YAML text.

    Raises:
        yaml.YAMLError: the text is not YAML.
    """
    loader = _Loader(text)
    try:
        node = loader.get_single_node()
        return (None if node is None else loader.construct_document(node)), node
    finally:
        loader.dispose()


@dataclass
class Document:
    """A recipe's data, and where each part of it was written."""

    data: Any
    name: str
    root: yaml.Node | None = None
    overrides: dict[Path, str] = field(default_factory=dict)

    def place(self, path: Path) -> str:
        """``name:line:column`` of the deepest written part of ``path``, or the override that wrote it."""
        for depth in range(len(path), 0, -1):
            if path[:depth] in self.overrides:
                return self.overrides[path[:depth]]
        # The override of a part answers for a whole that it makes wrong, where the file says nothing of it.
        node, found = self.root, 0
        mark = node.start_mark if node is not None else None
        for part in path:
            node, at = _step(node, part)
            if at is None:
                break
            mark, found = at, found + 1
        if found < len(path):
            beneath = [
                text for at, text in self.overrides.items() if len(at) > found and at[: len(path)] == path
            ]
            if beneath:
                return beneath[-1]
        return self.name if mark is None else f"{self.name}:{mark.line + 1}:{mark.column + 1}"

    def override(self, text: str) -> str | None:
        """Lay ``a.b=value`` over the data; returns what is wrong with it, or None."""
        dotted, equals, written = text.partition("=")
        path = split(dotted.strip())
        if not equals or any(part == "" for part in path):
            return "must look like a.b=value"
        try:
            value, _ = parse(written)
        except yaml.YAMLError as error:
            return f"the value is not YAML: {_problem(error)}"
        if not isinstance(self.data, dict):
            return None  # the file itself is wrong, and says so
        data = copy.deepcopy(self.data)
        where: Any = data
        for depth, part in enumerate(path):
            last = depth == len(path) - 1
            if isinstance(where, list):
                if not isinstance(part, int) or not 0 <= part < len(where):
                    return f"{_dotted(path[:depth])} is a list of {len(where)}: {part!r} is not a place in it"
            elif isinstance(where, dict):
                part = str(part)
            else:
                return f"{_dotted(path[:depth])} is {where!r}, which has no {part!r} inside"
            if last:
                where[part] = value
            elif isinstance(where, dict):
                if where.get(part) is None:
                    where[part] = {}
                where = where[part]
            else:
                where = where[part]
        self.data = data
        self.overrides = {at: by for at, by in self.overrides.items() if at[: len(path)] != path}
        self.overrides[path] = f"--set {text}"
        return None

    def repeated_keys(self) -> Iterator[tuple[str, str]]:
        """The place and the name of each key that its mapping has already."""
        seen: set[int] = set()
        stack = [self.root]
        while stack:
            node = stack.pop()
            if node is None or id(node) in seen:
                continue
            seen.add(id(node))
            if isinstance(node, yaml.SequenceNode):
                stack.extend(reversed(node.value))
            elif isinstance(node, yaml.MappingNode):
                keys: set[str] = set()
                for key, value in node.value:
                    if isinstance(key, yaml.ScalarNode):
                        if key.value in keys:
                            mark = key.start_mark
                            yield f"{self.name}:{mark.line + 1}:{mark.column + 1}", key.value
                        keys.add(key.value)
                    stack.append(value)


def read_document(text: str, name: str) -> tuple[Document, list[str]]:
    """A recipe's text as a document, with the lines that say what is wrong in its YAML."""
    try:
        data, root = parse(text)
    except yaml.YAMLError as error:
        mark = getattr(error, "problem_mark", None)
        place = name if mark is None else f"{name}:{mark.line + 1}:{mark.column + 1}"
        return Document(None, name), [f"{place}: not YAML: {_problem(error)}"]
    document = Document(data, name, root)
    return document, [f"{place}: the key {key!r} is there twice" for place, key in document.repeated_keys()]


def _problem(error: yaml.YAMLError) -> str:
    return str(getattr(error, "problem", None) or getattr(error, "reason", None) or error)


def _dotted(path: Path) -> str:
    return ".".join(map(str, path))


def _step(node: yaml.Node | None, part: str | int) -> tuple[yaml.Node | None, Any]:
    """The child ``part`` of a node and where it is: a key for a mapping, the item for a list."""
    if isinstance(node, yaml.MappingNode):
        for key, value in reversed(node.value):
            if isinstance(key, yaml.ScalarNode) and key.value == str(part):
                return value, key.start_mark
    elif isinstance(node, yaml.SequenceNode) and isinstance(part, int) and part < len(node.value):
        return node.value[part], node.value[part].start_mark
    return None, None
