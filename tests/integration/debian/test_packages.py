"""The archive that the agent installs Debian from, made by the real apt out of an archive of our own."""

import shutil
import tarfile
from pathlib import Path

import pytest

from netipl.integrations.debian import packages
from tests.integration.debian.archive import Archive

pytestmark = pytest.mark.skipif(
    shutil.which("apt-get") is None or "ID=debian" not in Path("/etc/os-release").read_text(),
    reason="needs Debian's apt",
)


def test_what_makes_a_file_system_is_first_and_then_what_is_essential(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    archive = Archive(tmp_path / "archive")
    archive.publish("6.1")
    monkeypatch.setenv("APT_CONFIG", str(archive.configuration))
    monkeypatch.setattr(packages, "ALWAYS", ("linux-image-s390x", "e2fsprogs"))
    count = packages.write(tmp_path / "one.tar", ["zstd"], cache=tmp_path / "cache", progress=lambda _: None)
    with tarfile.open(tmp_path / "one.tar") as made:
        assert made.getnames() == [
            "tools/e2fsprogs_1%3a1_s390x.deb",
            "tools/libext2fs2_1_s390x.deb",
            "essential/base-files_12_s390x.deb",
            "more/libc6_2_s390x.deb",
            "more/linux-image-6.1-s390x_6.1_s390x.deb",
            "more/linux-image-s390x_6.1_s390x.deb",
            "more/zstd_1_s390x.deb",
        ]
        assert count == len(made.getnames())
    packages.write(tmp_path / "two.tar", ["zstd"], cache=tmp_path / "cache", progress=lambda _: None)
    assert (tmp_path / "two.tar").read_bytes() == (tmp_path / "one.tar").read_bytes()
