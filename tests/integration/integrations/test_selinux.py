"""The commands that give a directory its SELinux context, as a shell and semanage read them."""

import re
import shlex
from pathlib import Path

import pytest

from netipl.integrations import selinux


@pytest.mark.parametrize("name", ["/srv/netipl", "/srv/a b", "/srv/it's", "/srv/v1.2+3 (new)"])
def test_the_pattern_means_the_directory_and_all_beneath_it(name: str) -> None:
    label, restore = (shlex.split(command) for command in selinux.commands(Path(name)))
    assert label[:5] == ["semanage", "fcontext", "-a", "-t", "tftpdir_t"]
    assert re.fullmatch(label[5], name)
    assert re.fullmatch(label[5], f"{name}/pxelinux.cfg/default")
    assert not re.fullmatch(label[5], f"{name}2")
    assert restore == ["restorecon", "-R", name]


def test_it_is_here_where_its_file_system_is_mounted(tmp_path: Path) -> None:
    assert selinux.is_here(tmp_path)
    assert not selinux.is_here(tmp_path / "enforce")
