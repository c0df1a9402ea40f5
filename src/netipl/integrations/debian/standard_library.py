"""Which modules of Python's standard library others need: found in the sources, whatever the version of Python.

Only imports that happen when a module is loaded are followed: what a function of the library imports is for uses that
we do not make of it.
"""

import ast
from collections.abc import Iterable, Iterator, Mapping
from pathlib import PurePosixPath


def needed(names: Iterable[str], library: Mapping[str, bytes]) -> set[str]:
    """The paths in `library`, beneath usr/lib/python3.N, of the modules of these names and of all that they load."""
    places = {_name(path): path for path in library}
    wanted, found = list(names), set[str]()
    while wanted:
        name = wanted.pop()
        for each in _with_packages(name):
            path = places.get(each)
            if path is not None and path not in found:
                found.add(path)
                if path.endswith(".py"):
                    wanted += loaded(library[path], each if path.endswith("__init__.py") else each.rpartition(".")[0])
    return found


def loaded(source: bytes, package: str) -> Iterator[str]:
    """Every name that may be a module which a module of `package` imports when it is loaded."""
    pending: list[ast.AST] = list(ast.parse(source).body)
    while pending:
        node = pending.pop()
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.Lambda):
            continue
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            base = ".".join([*package.split(".")[: len(package.split(".")) - node.level + 1]]) if node.level else ""
            module = ".".join(part for part in (base, node.module) if part)
            yield module
            yield from (f"{module}.{alias.name}" for alias in node.names)
        else:
            pending += ast.iter_child_nodes(node)


def _name(path: str) -> str:
    """Of the module that a file is: json/decoder.py is json.decoder, json/__init__.py is json."""
    parts = [part for part in PurePosixPath(path).parts[3:] if part != "lib-dynload"]
    last = parts.pop().partition(".")[0] if parts else ""
    return ".".join(parts if last == "__init__" else [*parts, last])


def _with_packages(name: str) -> Iterator[str]:
    parts = name.split(".")
    return (".".join(parts[: count + 1]) for count in range(len(parts)))
