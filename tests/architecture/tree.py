"""The files of this repository, for the rules about them."""

import ast
import subprocess
from pathlib import Path

ROOT = Path(__file__).parents[2]
PACKAGE = ROOT / "src" / "netipl"

ENGINES = ("protocols", "images", "firmware", "media", "answers", "guests", "provisioning")
"""The packages that are sans-IO: bytes, values and `now` in, values out."""

_LINK_MODE = "120000"
_BUILT = {".git", ".venv", ".cache", "_build", "__pycache__", "dist", "build"}


def tracked() -> list[Path]:
    """Every file under version control; where there is no git directory, every file that nothing built."""
    if (ROOT / ".git").exists():
        listed = subprocess.run(["git", "ls-files", "-z"], cwd=ROOT, check=True, capture_output=True, text=True)
        names = listed.stdout.split("\0")
        return [path for name in names if name and (path := ROOT / name).is_file()]
    return [path for path in ROOT.rglob("*") if path.is_file() and _BUILT.isdisjoint(path.relative_to(ROOT).parts)]


def links() -> list[str]:
    """Every symbolic link under version control; none where there is no git directory."""
    if not (ROOT / ".git").exists():
        return []
    listed = subprocess.run(["git", "ls-files", "--stage"], cwd=ROOT, check=True, capture_output=True, text=True)
    return [line for line in listed.stdout.splitlines() if line.startswith(_LINK_MODE)]


def modules(*packages: str) -> list[Path]:
    """The Python files of these packages of netipl; without arguments, of all of it."""
    return sorted(path for package in packages or (".",) for path in (PACKAGE / package).rglob("*.py"))


def parsed(path: Path) -> ast.Module:
    return ast.parse(path.read_text(), str(path))


def shown(path: Path) -> str:
    """`path` as the tests name it, from the root of the repository."""
    return str(path.relative_to(ROOT))
