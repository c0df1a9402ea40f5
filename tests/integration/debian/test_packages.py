"""The archive that the agent installs Debian from, made by the real apt out of an archive of our own."""

import shutil
import tarfile
from pathlib import Path

import pytest

from netipl.integrations.debian import packages
from netipl.integrations.debian.apt import release
from netipl.media.medium import Family
from netipl.media.recognise import recognised
from netipl.media.recognition import Recognised
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
    made = packages.write(tmp_path / "one", ["zstd"], cache=tmp_path / "cache", progress=lambda _: None)
    with tarfile.open(made.path) as packed:
        assert packed.getnames() == [
            "tools/e2fsprogs_1%3a1_s390x.deb",
            "tools/libext2fs2_1_s390x.deb",
            "essential/base-files_12_s390x.deb",
            "more/libc6_2_s390x.deb",
            "more/linux-image-6.1-s390x_6.1_s390x.deb",
            "more/linux-image-s390x_6.1_s390x.deb",
            "more/zstd_1_s390x.deb",
        ]
        assert made.count == len(packed.getnames())
    packages.write(tmp_path / "two", ["zstd"], cache=tmp_path / "cache", progress=lambda _: None)
    assert (tmp_path / "two/packages.tar").read_bytes() == made.path.read_bytes()
    assert (tmp_path / "two/packages.json").read_bytes() == (tmp_path / "one/packages.json").read_bytes()


def test_the_directory_is_a_medium_that_names_its_packages(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    archive = Archive(tmp_path / "archive")
    archive.publish("6.1")
    monkeypatch.setenv("APT_CONFIG", str(archive.configuration))
    monkeypatch.setattr(packages, "ALWAYS", ("linux-image-s390x", "e2fsprogs"))
    made = packages.write(tmp_path / "made", cache=tmp_path / "cache", progress=lambda _: None)
    sizes = {path.name: path.stat().st_size for path in (tmp_path / "made").iterdir()}
    found = recognised({"packages.json": (tmp_path / "made/packages.json").read_bytes()}, sizes)
    assert isinstance(found, Recognised)
    assert (found.family, found.version) == (Family.DEBIAN_PACKAGES, release())
    assert found.packages == (
        "base-files",
        "e2fsprogs",
        "libc6",
        "libext2fs2",
        "linux-image-6.1-s390x",
        "linux-image-s390x",
    )
    assert [(file.name, file.sum and file.sum.digest) for file in found.files] == [("packages.tar", made.sha256)]
