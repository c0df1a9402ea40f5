"""Which modules of netipl go into the agent's initrd: its own, and all of ours that these import.

Found in the sources, without importing any; what else they import is Python's standard library.
"""

import ast
from collections.abc import Iterator
from importlib import resources

_MAIN = "netipl.payload.agent.main"
_PLACE = "lib/netipl"


def agent_modules() -> dict[str, bytes]:
    """By path in the initrd, with the packages that they are in."""
    sources: dict[str, bytes] = {}
    wanted = [_MAIN]
    while wanted:
        module = wanted.pop()
        if module in sources:
            continue
        source = _source(module)
        if source is not None:
            sources[module] = source
            wanted += [name for name in imported(source) if name.startswith("netipl.")]
    files = {f"{_PLACE}/{module.replace('.', '/')}.py": source for module, source in sources.items()}
    packages = {path.rpartition("/")[0] for path in files}
    parents = {parent for package in packages for parent in _parents(package) if parent.startswith(f"{_PLACE}/")}
    return dict(sorted((files | {f"{parent}/__init__.py": b"" for parent in parents}).items()))


def imported(source: bytes) -> Iterator[str]:
    """Every name that may be a module: for `from a import b`, both `a` and `a.b`."""
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module:
            yield node.module
            yield from (f"{node.module}.{alias.name}" for alias in node.names)


def _source(module: str) -> bytes | None:
    """None for a package, and for what is no module."""
    *packages, name = module.split(".")
    file = resources.files("netipl").joinpath(*packages[1:], f"{name}.py")
    return file.read_bytes() if file.is_file() else None


def _parents(path: str) -> Iterator[str]:
    while path:
        yield path
        path = path.rpartition("/")[0]
