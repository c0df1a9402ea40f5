"""The place where daemons and guests of the end-to-end tests meet."""

import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.e2e.commands import copied_boot_files
from tests.e2e.serving import Place, place


@pytest.fixture
def lab() -> Iterator[Place]:
    """A bridge in a namespace, and a directory with `kernel`, a `small` initrd and an `initrd` that takes seconds."""
    with tempfile.TemporaryDirectory(prefix="netipl-test-") as name:
        directory = Path(name)
        directory.chmod(0o755)
        copied_boot_files(directory / "debian")
        next((directory / "debian").glob("vmlinuz-*")).rename(directory / "kernel")
        (directory / "small").write_bytes(bytes(4096))
        with (directory / "initrd").open("wb") as file:
            file.truncate(12 << 20)
        with place(directory) as made:
            yield made
