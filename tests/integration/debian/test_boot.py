"""What the demonstration boots, made by the real apt out of an archive of our own; the network is not used."""

import gzip
import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from netipl.errors import UnavailableError
from netipl.integrations.debian.apt import require_debian
from netipl.integrations.debian.boot import debian_boot_files
from tests.integration.debian.archive import BUSYBOX, Archive, kernel_of
from tests.users import ROOT

pytestmark = pytest.mark.skipif(
    shutil.which("apt-get") is None or "ID=debian" not in Path("/etc/os-release").read_text(),
    reason="needs Debian's apt",
)
LONG_AGO = 1_000_000_000  # a time in seconds


@pytest.fixture
def archive(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Archive:
    made = Archive(tmp_path / "archive")
    monkeypatch.setenv("APT_CONFIG", str(made.configuration))
    made.publish("6.1")
    return made


@pytest.fixture
def cache(tmp_path: Path) -> Path:
    return tmp_path / "cache with a space"


@pytest.fixture
def told() -> list[str]:
    """What was said while it took time."""
    return []


@pytest.mark.usefixtures("archive")
def test_kernel_and_initrd_come_from_the_packages(cache: Path, told: list[str]) -> None:
    boot = debian_boot_files(cache, told.append)
    assert boot.version == "6.1-s390x"
    assert boot.kernel.read_bytes() == kernel_of("6.1")
    initrd = gzip.decompress(boot.initrd.read_bytes())
    assert BUSYBOX in initrd
    assert b"failover.ko\nvirtio_net.ko\n" in initrd
    assert b"not wanted" not in initrd
    assert any("6.1" in line for line in told)


def test_what_is_there_and_fresh_is_used_without_asking(archive: Archive, cache: Path, told: list[str]) -> None:
    first = debian_boot_files(cache)
    archive.vanish()
    assert debian_boot_files(cache, told.append) == first
    assert told == []


def test_a_newer_kernel_is_taken_when_asked(archive: Archive, cache: Path) -> None:
    debian_boot_files(cache)
    archive.publish("6.2")
    assert debian_boot_files(cache).version == "6.1-s390x"
    assert debian_boot_files(cache, refresh=True).version == "6.2-s390x"
    assert debian_boot_files(cache).version == "6.2-s390x"


def test_a_newer_kernel_is_taken_after_a_month(archive: Archive, cache: Path) -> None:
    debian_boot_files(cache)
    archive.publish("6.2")
    os.utime(cache / "asked", (LONG_AGO, LONG_AGO))
    assert debian_boot_files(cache).version == "6.2-s390x"


def test_after_a_month_without_network_what_is_there_is_used(archive: Archive, cache: Path, told: list[str]) -> None:
    first = debian_boot_files(cache)
    archive.vanish()
    os.utime(cache / "asked", (LONG_AGO, LONG_AGO))
    assert debian_boot_files(cache, told.append) == first


def test_a_file_that_was_damaged_is_made_anew_without_the_network(archive: Archive, cache: Path) -> None:
    boot = debian_boot_files(cache)
    boot.kernel.write_bytes(b"cut")
    archive.vanish()
    assert debian_boot_files(cache).kernel.read_bytes() == kernel_of("6.1")


def test_a_package_whose_sum_is_wrong_is_refused(archive: Archive, cache: Path) -> None:
    archive.tamper()
    with pytest.raises(UnavailableError, match="apt-get download"):
        debian_boot_files(cache)


def test_without_packages_the_other_way_is_named(archive: Archive, cache: Path) -> None:
    archive.vanish()
    with pytest.raises(UnavailableError) as raised:
        debian_boot_files(cache)
    assert "--kernel" in raised.value.remedy


@pytest.mark.usefixtures("archive")
def test_two_at_once_make_it_once(cache: Path) -> None:
    script = (
        "import sys; from pathlib import Path; from netipl.integrations.debian.boot import debian_boot_files\n"
        "print(debian_boot_files(Path(sys.argv[1]), lambda text: print(text, file=sys.stderr)).version)"
    )
    command = [sys.executable, "-c", script, str(cache)]
    both = [
        subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True) for _ in range(2)
    ]
    said = [process.communicate() for process in both]
    assert [output for output, _ in said] == ["6.1-s390x\n"] * 2
    assert sum("building" in progress for _, progress in said) == 1


def test_a_directory_that_cannot_be_made_is_named(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    with pytest.raises(UnavailableError, match="file/cache") as raised:
        debian_boot_files(tmp_path / "file/cache")
    assert "XDG_CACHE_HOME" in raised.value.remedy


def test_another_system_is_told_to_bring_its_own_kernel(tmp_path: Path) -> None:
    release = tmp_path / "os-release"
    release.write_text('NAME="Fedora Linux"\nID=fedora\n')
    with pytest.raises(UnavailableError) as raised:
        require_debian(release)
    assert "--kernel" in raised.value.remedy
