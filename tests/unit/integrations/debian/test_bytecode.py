"""Modules compiled for the guest's Python, where that is here."""

import importlib.util
import sys

from netipl.integrations.debian.bytecode import compiled

HERE = f"python{sys.version_info.major}.{sys.version_info.minor}"
FILES = {"lib/a.py": b"X = 1\n", "lib/wrong.py": b"x = (\n", "lib/b.so": b"\x7fELF"}


def test_what_compiles_is_replaced_and_the_same_every_time() -> None:
    made = compiled(FILES, HERE)
    assert sorted(made) == ["lib/a.pyc", "lib/b.so", "lib/wrong.py"]
    assert made == compiled(FILES, HERE)
    code = made["lib/a.pyc"]
    assert code[:4] == importlib.util.MAGIC_NUMBER
    assert code[4:8] == (1).to_bytes(4, "little")  # by hash, never checked
    assert b"/lib/a.py" in code


def test_for_another_python_sources_stay() -> None:
    assert compiled(FILES, "python3.0") == FILES
