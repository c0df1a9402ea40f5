"""A real guest on every kind of port, run by root and by a normal user: firmware, kernel, initrd, address and call."""

import json
import os
import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from netipl.integrations.debian.boot import debian_boot_files
from tests import peers
from tests.e2e.machines.boot_once import ADDRESS, CALLBACK_PORT
from tests.users import ROOT, python, with_open_tun

pytestmark = [
    pytest.mark.guest,
    pytest.mark.skipif(shutil.which("qemu-system-s390x") is None, reason="needs qemu-system-s390x"),
]

CONFIGURATION = f"""\
default linux
label linux
  kernel kernel.img
  initrd initrd.img
  append quiet netipl.marker=seen netipl.callback=http://{ADDRESS.ip}:{CALLBACK_PORT}/callback?guest=1
"""


@pytest.fixture(scope="module")
def files() -> Iterator[Path]:
    """What a TFTP server serves, for any user to read."""
    boot = debian_boot_files()
    with tempfile.TemporaryDirectory(prefix="netipl-test-") as directory:
        made = Path(directory)
        made.chmod(0o755)
        (made / "pxelinux.cfg").mkdir(mode=0o755)
        (made / "pxelinux.cfg/default").write_text(CONFIGURATION)
        shutil.copyfile(boot.kernel, made / "kernel.img")
        shutil.copyfile(boot.initrd, made / "initrd.img")
        yield made


@pytest.fixture(scope="module")
def environment() -> dict[str, str]:
    """In which dnsmasq is found."""
    if found := shutil.which("dnsmasq"):
        return {**os.environ, "DNSMASQ": found}
    program = peers.program("dnsmasq-base", "dnsmasq")
    return {**peers.environment("dnsmasq-base"), "DNSMASQ": str(program)}


@pytest.mark.parametrize(
    ("user", "kind", "open_tun"),
    [
        pytest.param("root", "tap", False, id="root by a tap"),
        pytest.param("root", "link", False, id="root by a link"),
        pytest.param("user", "link", False, id="a normal user by a link"),
        pytest.param("user", "tap", True, id="a normal user by a tap", marks=pytest.mark.root),
    ],
)
def test_a_guest_boots_and_calls_back(
    user: str, kind: str, files: Path, environment: dict[str, str], *, open_tun: bool
) -> None:
    command = python(user, "tests.e2e.machines.boot_once", kind, str(files))
    command = with_open_tun(command) if open_tun else command
    done = subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, text=True, check=False, timeout=280)
    assert done.returncode == 0, done.stderr
    found = json.loads(done.stdout)
    assert found["called"] == ["GET /callback?guest=1 HTTP/1.1"], "\n".join([*found["lines"], found["complaints"]])
    assert {"netipl: marker seen", "netipl: called back"} <= set(found["lines"])
    assert "ff:00:13:33:0a:00:03:00:01:52:54:00:13:33:0a" in found["leases"], "a DUID (RFC 4361), as installers send it"
    assert found["status"] == 0, "the guest turns itself off"
