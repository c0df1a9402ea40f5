"""Engines take bytes, values and `now`: nothing in them reads a clock, a socket, a file or the environment."""

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.architecture.tree import ENGINES, PACKAGE, ROOT, modules, parsed, shown

OUTSIDE = {
    "asyncio",
    "concurrent",
    "ctypes",
    "fcntl",
    "logging",
    "mmap",
    "multiprocessing",
    "os",
    "random",
    "secrets",
    "select",
    "selectors",
    "shutil",
    "signal",
    "socket",
    "sqlalchemy",
    "structlog",
    "subprocess",
    "sys",
    "tempfile",
    "threading",
    "time",
}
"""Modules through which an engine would reach the world."""

CALLS = {"open", "input", "print", "now", "utcnow", "today", "uuid1", "uuid4", "read_bytes", "read_text", "write_bytes"}
"""Functions and methods that read a clock, randomness or a file."""

ENGINE_MODULES = [path for path in modules(*ENGINES) if path.name != "__init__.py"]


def _decides(path: Path) -> bool:
    """A module without a function or method is vocabulary, and is tested through what uses it."""
    return any(isinstance(node, ast.FunctionDef) for node in ast.walk(parsed(path)))


@pytest.mark.parametrize("path", ENGINE_MODULES, ids=shown)
def test_an_engine_imports_nothing_of_the_outside(path: Path) -> None:
    assert OUTSIDE.isdisjoint(_imported(parsed(path)))


@pytest.mark.parametrize("path", ENGINE_MODULES, ids=shown)
def test_an_engine_waits_for_nothing_and_reads_no_clock(path: Path) -> None:
    tree = parsed(path)
    assert not [node.lineno for node in ast.walk(tree) if isinstance(node, ast.AsyncFunctionDef | ast.Await)]
    assert not [f"{name} in line {line}" for name, line in _called(tree) if name in CALLS]


@pytest.mark.parametrize("path", [path for path in ENGINE_MODULES if _decides(path)], ids=shown)
def test_an_engine_has_its_unit_test_under_the_same_path(path: Path) -> None:
    place = path.relative_to(PACKAGE)
    mirror = ROOT / "tests" / "unit" / place.parent / f"test_{place.name}"
    assert mirror.is_file(), f"{shown(path)} has no {shown(mirror)}"


def _imported(tree: ast.Module) -> Iterator[str]:
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            yield from (alias.name.partition(".")[0] for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module:
            yield node.module.partition(".")[0]


def _called(tree: ast.Module) -> Iterator[tuple[str, int]]:
    for node in ast.walk(tree):
        if not isinstance(node, ast.Call):
            continue
        if isinstance(node.func, ast.Name):
            yield node.func.id, node.lineno
        elif isinstance(node.func, ast.Attribute):
            yield node.func.attr, node.lineno
