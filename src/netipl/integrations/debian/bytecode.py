"""Python modules compiled before they are packed: under TCG, a guest spends seconds on what is a moment here.

Byte code depends on Python's version and not on the machine. Where that version is not here, sources are packed, and
the guest compiles them itself. Sources: PEP 3147 (modules without source), PEP 552 (byte code that is never checked).
"""

import shutil
import subprocess
import sys
import tempfile
from collections.abc import Mapping
from pathlib import Path

_COMPILE = ("-m", "compileall", "-q", "-q", "-b", "--invalidation-mode", "unchecked-hash", "-p", "/")


def compiled(files: Mapping[str, bytes], python: str) -> dict[str, bytes]:
    """`files` by path, with the modules among them compiled for `python`, as `python3.11`, if that is here."""
    program = _program(python)
    if program is None:
        return dict(files)
    sources = {path: data for path, data in files.items() if path.endswith(".py")}
    with tempfile.TemporaryDirectory(prefix="netipl-bytecode-") as name:
        root = Path(name)
        for path, data in sources.items():
            (root / path).parent.mkdir(parents=True, exist_ok=True)
            (root / path).write_bytes(data)
        # a process of its own, and one seed: what is interned otherwise depends on what ran before
        command = [program, "-I", "-S", *_COMPILE, "-s", name, name]
        subprocess.run(command, env={"PYTHONHASHSEED": "0"}, check=False, capture_output=True)
        made = {path: root / f"{path}c" for path in sources}
        packed = {f"{path}c": code.read_bytes() for path, code in made.items() if code.exists()}
    rest = {path: data for path, data in files.items() if f"{path}c" not in packed}
    return dict(sorted((rest | packed).items()))


def _program(python: str) -> str | None:
    here = f"python{sys.version_info.major}.{sys.version_info.minor}"
    return sys.executable if here == python else shutil.which(python)
