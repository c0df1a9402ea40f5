"""What is advised when the kernel forbids namespaces."""

from pathlib import Path

import pytest

from netipl.machines.namespace import _remedy

SWITCHES = [
    ("kernel/unprivileged_userns_clone", "0"),
    ("kernel/apparmor_restrict_unprivileged_userns", "1"),
    ("user/max_user_namespaces", "0"),
    ("user/max_net_namespaces", "0"),
]


@pytest.mark.parametrize(("file", "value"), SWITCHES)
def test_the_switch_that_forbids_is_named_with_the_way_around(tmp_path: Path, file: str, value: str) -> None:
    switch = tmp_path / file
    switch.parent.mkdir()
    switch.write_text(f"{value}\n")
    remedy = _remedy(tmp_path)
    assert f"sysctl -w {file.replace('/', '.')}=" in remedy
    assert "--qemu-user-net" in remedy


def test_switches_that_allow_are_not_blamed(tmp_path: Path) -> None:
    (tmp_path / "user").mkdir()
    (tmp_path / "user/max_user_namespaces").write_text("96365\n")
    assert "sysctl" not in _remedy(tmp_path)
