"""`netipl agent`, as it is called, with an archive of packages of our own."""

import shutil
from pathlib import Path

import pytest
from typer.testing import CliRunner

from netipl.cli.main import app
from netipl.errors import UsageError
from tests.integration.debian.archive import Archive

pytestmark = pytest.mark.skipif(
    shutil.which("apt-get") is None or "ID=debian" not in Path("/etc/os-release").read_text(),
    reason="needs Debian's apt",
)


def test_the_medium_is_written_and_its_sizes_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    archive = Archive(tmp_path / "archive")
    archive.publish("6.1")
    monkeypatch.setenv("APT_CONFIG", str(archive.configuration))
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    done = CliRunner().invoke(app, ["agent", "build", "-o", str(tmp_path / "agent")])
    assert done.exit_code == 0, done.output
    assert "the agent with Linux 6.1-s390x" in done.output
    assert sorted(path.name for path in (tmp_path / "agent").iterdir()) == ["agent.json", "initrd", "kernel"]


def test_a_kernel_without_its_modules_is_refused(tmp_path: Path) -> None:
    done = CliRunner().invoke(app, ["agent", "build", "--kernel", str(tmp_path)])
    assert isinstance(done.exception, UsageError)
