"""Parts of an installation of Debian that need no guest: the division of the disk, the files, what programs have."""

import os
import struct
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import ClassVar

import pytest

from netipl.answers.orders import Account, Image, InstallDebian
from netipl.errors import RefusedError
from netipl.payload.agent import debian
from netipl.payload.agent.debian import divide
from netipl.payload.agent.debian_files import boot_loader, written
from netipl.payload.agent.download import Download
from netipl.payload.agent.programs import Programs
from netipl.payload.agent.reports import Log, Reports

PACKAGES = Image(url="http://h/d", sha256="0" * 64)


def test_one_partition_over_the_whole_disk_and_nothing_that_boots(tmp_path: Path) -> None:
    disk = tmp_path / "disk"
    with disk.open("wb") as file:
        file.write(b"x" * 1000)
        file.truncate((2 << 30) + 512)
    divide(disk)
    with disk.open("rb") as file:
        head = file.read(1 << 20)
    assert head[:446] == bytes(446)
    _, _, kind, _, start, count = struct.unpack_from("<B3sB3sII", head, 446)
    assert (kind, start, count) == (0x83, 2048, (2 << 30) // 512 + 1 - 2048)
    assert head[462:] == bytes(48) + b"\x55\xaa" + bytes((1 << 20) - 512)


def test_a_disk_that_is_too_small_is_not_touched(tmp_path: Path) -> None:
    disk = tmp_path / "disk"
    disk.write_bytes(b"x" * 5000)
    with pytest.raises(RefusedError, match="too small"):
        divide(disk)
    assert disk.read_bytes() == b"x" * 5000


def test_the_files_name_the_host_its_disk_and_its_keys() -> None:
    orders = InstallDebian(
        packages=PACKAGES,
        hostname="web1.example.com",
        root_ssh_keys=("ssh-ed25519 AAAA",),
        accounts=(Account(name="ann"),),
        repositories=("deb http://h/debian bookworm main",),
    )
    files = written(orders, "1234-5678")
    assert files["etc/hostname"] == ("web1\n", 0o644)
    assert "127.0.1.1 web1.example.com web1\n" in files["etc/hosts"][0]
    assert files["etc/fstab"][0].startswith("UUID=1234-5678 / ext4 ")
    assert 'parameters="root=UUID=1234-5678 console=ttysclp0"' in boot_loader("1234-5678")
    assert files["root/.ssh/authorized_keys"] == ("ssh-ed25519 AAAA\n", 0o600)
    assert files["etc/apt/sources.list"][0] == "deb http://h/debian bookworm main\n"


def test_without_keys_nobody_has_any() -> None:
    assert "root/.ssh/authorized_keys" not in written(InstallDebian(packages=PACKAGES), "1")


@pytest.fixture
def said() -> list[str]:
    return []


@pytest.fixture
def programs(said: list[str]) -> Programs:
    log = Log(said.append)
    return Programs(log, Reports("", log))


def test_a_program_has_a_clean_environment_and_nothing_to_read(
    programs: Programs, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("DEBIAN_HAS_FRONTEND", "1")
    script = (
        "import os, sys; from pathlib import Path\n"
        "opened = [os.path.realpath(f'/proc/self/fd/{name}') for name in os.listdir('/proc/self/fd')]\n"
        f"Path({str(tmp_path / 'seen')!r}).write_text(repr((sys.stdin.read(), 'DEBIAN_HAS_FRONTEND' in os.environ,"
        f" os.environ['DEBIAN_FRONTEND'], {str(tmp_path / 'open')!r} in opened)))"
    )
    with (tmp_path / "open").open("wb") as held:
        os.set_inheritable(held.fileno(), True)
        programs.run(sys.executable, "-I", "-S", "-c", script)
    assert (tmp_path / "seen").read_text() == "('', False, 'noninteractive', False)"


def test_what_a_program_said_is_in_the_log_when_it_fails(programs: Programs, said: list[str]) -> None:
    with pytest.raises(RefusedError, match="failed with status 3: the last"):
        programs.run("sh", "-c", "echo one; echo the last >&2; exit 3")
    assert [line for line in said if "netipl:   " in line] == ["netipl:   one", "netipl:   the last"]


class Recorded(Programs):
    """Runs nothing; tells what is run, and whether Debian's scripts would write a boot record then."""

    told: ClassVar[list[tuple[str, bool]]] = []

    def run(self, *command: str | Path, libraries: str = "") -> None:
        self.told.append((str(command[0]), (debian.TARGET / "etc/zipl.conf").exists()))

    @contextmanager
    def inside(self, target: Path) -> Iterator[Programs]:
        assert target == debian.TARGET
        yield self


def test_nothing_writes_a_boot_record_before_all_is_there(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(debian, "TARGET", tmp_path / "target")
    monkeypatch.setattr(debian, "Programs", Recorded)
    monkeypatch.setattr(Recorded, "told", [])
    monkeypatch.setattr(debian, "divide", lambda _: None)
    monkeypatch.setattr(debian, "_unpack", lambda *_: ([], []))
    log = Log(lambda _: None)
    orders = InstallDebian(packages=PACKAGES, accounts=(Account(name="ann"),), scripts=("#!/bin/sh\n",))
    download = Download("http://h/d", log.say)
    debian.install(orders, tmp_path / "disk", download=download, log=log, reports=Reports("", log))
    names = [name for name, _ in Recorded.told]
    assert names == ["dpkg", "dpkg", "dpkg", "ln", "systemctl", "useradd", "/var/netipl-script0", "zipl"]
    assert [name for name, may_boot in Recorded.told if may_boot] == ["/var/netipl-script0", "zipl"]
