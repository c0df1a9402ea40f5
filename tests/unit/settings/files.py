"""Settings files for tests, and what is said about them."""

from pathlib import Path

import pytest

from netipl.errors import UsageError
from netipl.settings.load import load
from netipl.settings.settings import Settings

LAB = '[networks.lab]\ninterface = "lo"\nsubnet = "192.0.2.0/24"\nserver = "192.0.2.1"\n'
MAC = "52:54:00:00:00:0a"
DEFAULT = '[default]\nkernel = "kernel"\ninitrd = "initrd"\nappend = "quiet"\n'


def settings(directory: Path, text: str) -> Settings:
    path = directory / "netipl.toml"
    path.write_text(text)
    return load(path)


def complaint(directory: Path, text: str) -> str:
    """The message and the remedy with which `text` is refused."""
    with pytest.raises(UsageError) as caught:
        settings(directory, text)
    assert str(directory / "netipl.toml") in str(caught.value)
    return f"{caught.value} | {caught.value.remedy}"


def guest(name: str, **keys: str) -> str:
    return f"[guests.{name}]\n" + "".join(f'{key} = "{value}"\n' for key, value in keys.items())
