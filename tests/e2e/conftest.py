"""The place where daemons and guests of the end-to-end tests meet, and what takes long to make."""

import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from netipl.integrations.debian import agent, disk_image
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


@pytest.fixture(scope="session")
def medium(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The agent."""
    made = tmp_path_factory.mktemp("agent")
    agent.write(agent.build(progress=print), made)
    return made


@pytest.fixture(scope="session")
def bootable(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A raw image of a disk that boots."""
    made = tmp_path_factory.mktemp("disk") / "image.raw"
    disk_image.build(made, progress=print)
    return made
