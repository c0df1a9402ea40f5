"""An s390x host of Foreman from its first call to its own disk: the calls that Foreman makes, and a real guest.

The medium is a tree with kernel.img, initrd.img and the image of a system, with their sums. Its installer is netipl's
agent, by the templates of docs/howto/foreman.md: it fetches its orders from Foreman through the proxy, writes the image
to an empty disk, and says that the host is built. The daemon is killed between Foreman's last answer and the guest's
boot.
"""

import hashlib
import json
import re
import shutil
import subprocess
import sys
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from tests.contract.servers.smartproxy.certificates import Authority, Pair
from tests.e2e.serving import BRIDGE, SERVER, Guest, Place, guest, mac, serving
from tests.e2e.test_install import DISK_NUMBER, Asking
from tests.foreman_conversation import LOCAL_BOOT, Call, Host, written
from tests.foreman_templates import rendered, templates

pytestmark = [
    pytest.mark.guest,
    pytest.mark.root,
    pytest.mark.skipif(shutil.which("qemu-system-s390x") is None, reason="needs qemu-system-s390x"),
]

NAME = "z1.example.com"
NOT_FOUND = 68
"""What curl ends with at the error "file not found"."""
FOREMAN, MIRROR, PLAIN, SECURE = 3000, 8001, 8000, 8443
HOST = Host(
    name=NAME,
    mac=mac(1),
    ip="192.0.2.10",
    network="192.0.2.0",
    next_server=SERVER,
    medium=f"http://{SERVER}:{MIRROR}/rh",
)
PROXY = f"http://{SERVER}:{PLAIN}"
TOKENS = ("d2f1e9b0-1c2d-4e5f-8a9b-0c1d2e3f4a5b", "0b9d6a17-7f3e-4c55-9d0e-6b1f2a3c4d5e")
"""Foreman makes one for each build."""
CALLS_BACK = HOST.kickstart(f"console=ttysclp0 netipl.callback={PROXY}/unattended/built?token={TOKENS[0]}")
"""For Debian's small Linux, which installs nothing."""
DISK_SIZE = 40 << 20


@dataclass
class Lab:
    where: Place
    ask: Asking
    machine: Guest
    place: dict[str, str]

    def replay(self, *calls: Call) -> list[dict[str, Any]]:  # Any: JSON
        """Each with the status that Foreman hopes for."""
        file = self.where.directory / "made.json"
        file.write_text(written(calls, self.place))
        made = self.where.namespace.run(sys.executable, "-m", "tests.foreman_conversation", file, check=False)
        assert made.returncode == 0, made.stdout + made.stderr
        found: list[dict[str, Any]] = json.loads(made.stdout)
        return found

    def build(self, token: str) -> str:
        """Foreman begins a build of that token; its template of PXELinux, for netipl's agent."""
        sums = (self.where.directory / "mirror/rh/.treeinfo").read_text()
        image = re.search("images/disk.zst = sha256:([0-9a-f]{64})", sums)
        values = {"medium_uri": HOST.medium, "host_param('image_sha256')": image[1] if image else ""}
        calls = json.loads(written(list(HOST.built(LOCAL_BOOT)), self.place))
        host = {"token": token, "mac": HOST.mac, "ip": HOST.ip, "values": values, "calls": calls}
        (self.where.directory / "host.json").write_text(json.dumps(host))
        kernel, initrd = (f"{HOST.prefix}-{file}" for file in HOST.files)
        url = f"{PROXY}/unattended/provision?token={token}"
        return rendered(templates()[0], {"@kernel": kernel, "@initrd": initrd, "foreman_url('provision')": url})

    def deployed(self) -> str:
        """The configuration of PXELinux that the proxy has."""
        [found] = self.replay(Call("GET", f"/tftp/PXELinux/{HOST.mac}"))
        return str(found["body"])

    def timeline(self) -> list[str]:
        """The kinds of its events."""
        return [json.loads(line)["what"] for line in self.ask("guest", "timeline", NAME, "--json").splitlines()]


def settings(own: Pair, authority: Authority, more: str) -> str:
    return f"""
[server]
state_directory = "state"
run_directory = "state/run"
user = "nobody"
[networks.lab]
interface = "{BRIDGE}"
subnet = "192.0.2.0/24"
server = "{SERVER}"
[limits]
kernel = "0"
{more}
[foreman]
https = "{SERVER}:{SECURE}"
http = "{SERVER}:{PLAIN}"
tls_certificate = "{own.certificate}"
tls_key = "{own.key}"
tls_ca = "{authority.certificate}"
trusted_hosts = ["foreman.example.com"]
url = "http://{SERVER}:{FOREMAN}"
template_url = "{PROXY}"
"""


def tree(where: Place, **files: Path) -> None:
    """A tree of the Red Hat family, with the sums of these images by their names; `_` stands for a dot."""
    images = where.directory / "mirror/rh/images"
    images.mkdir(parents=True)
    sums = []
    for name, source in files.items():
        file = name.replace("_", ".")
        shutil.copyfile(source, images / file)
        sums.append(f"images/{file} = sha256:{hashlib.sha256(source.read_bytes()).hexdigest()}")
    head = "[general]\nfamily = Linux\nversion = 9\narch = s390x\n[checksums]\n"
    (images.parent / ".treeinfo").write_text(head + "\n".join(sums) + "\n")


def small_linux(where: Place) -> None:
    """The medium of Debian's small Linux."""
    initrd = next((where.directory / "debian").glob("*initrd*"))
    tree(where, kernel_img=where.directory / "kernel", initrd_img=initrd)


def installer(where: Place, medium: Path, bootable: Path) -> None:
    """That of netipl's agent, with the image of a system that boots."""
    packed = where.directory / "disk.zst"
    subprocess.run(["zstd", "-q", bootable, "-o", packed], check=True)
    tree(where, kernel_img=medium / "kernel", initrd_img=medium / "initrd", disk_zst=packed)


@contextmanager
def lab_of(where: Place, more: str = "") -> Iterator[Lab]:
    """Foreman, a mirror, and a guest with an empty disk, off. Medium and daemon are the test's."""
    authority = Authority(where.directory)
    own = authority.sign("proxy.example.com", alternative=f"IP:{SERVER}")
    shown = authority.sign("foreman.example.com")
    where.write(settings(own, authority, more))
    place = {
        "url": f"https://{SERVER}:{SECURE}",
        "certificate": str(shown.certificate),
        "key": str(shown.key),
        "authority": str(authority.certificate),
    }
    disk = where.directory / "disk"
    with disk.open("wb") as file:
        file.truncate(DISK_SIZE)
    python, directory = sys.executable, where.directory / "mirror"
    mirror = (python, "-m", "http.server", "--bind", SERVER, "--directory", directory, str(MIRROR))
    foreman = (python, "-m", "tests.e2e.foreman_server", SERVER, str(FOREMAN), where.directory / "host.json")
    with ExitStack() as stack:
        for command in (mirror, foreman):
            stack.enter_context(where.namespace.running(*command))
        machine = stack.enter_context(guest(where))
        machine.devices = (
            *("-drive", f"if=none,id=disk,format=raw,file={disk}"),
            *("-device", f"virtio-blk-ccw,drive=disk,devno=fe.0.{DISK_NUMBER[-4:]}"),
        )
        yield Lab(where, Asking(where), machine, place)


def test_a_host_is_installed_marked_built_and_goes_to_its_disk(lab: Place, medium: Path, bootable: Path) -> None:
    """To its disk by the installer's re-IPL and, when it is switched on, by the network; then it is installed anew."""
    installer(lab, medium, bootable)
    with lab_of(lab) as foreman:
        with serving(lab) as daemon:
            foreman.replay(*HOST.validate(), *HOST.create(foreman.build(TOKENS[0])))
            daemon.kill()
        with serving(lab) as daemon:
            foreman.machine.start()
            assert foreman.machine.says("netipl: the installed system, boot 1"), foreman.machine.story()
            assert foreman.deployed() == LOCAL_BOOT
            [found] = foreman.replay(Call("GET", f"/dhcp/{HOST.network}/mac/{HOST.mac}"))
            assert json.loads(found["body"])["filename"] == "pxelinux.0"
            foreman.machine.destroy()
            foreman.machine.start()
            assert foreman.machine.says("netipl: the installed system, boot 2"), foreman.machine.story()
            foreman.machine.destroy()
            told = foreman.timeline()
            for each in ("address-reserved", "configuration-deployed", "dhcp-ack", "tftp-finished", "dhcp-release"):
                assert each in told, told
            assert foreman.ask.shown(NAME)["origin"] == "foreman"
            asked = [line["name"] for line in daemon.lines() if str(line.get("name", "")).endswith("pxelinux.0")]
            assert not asked, "the firmware is never sent to a program for x86"
            assert TOKENS[0] not in foreman.ask("guest", "timeline", NAME, "--json")
            foreman.replay(*HOST.rebuild(foreman.build(TOKENS[1])))
            foreman.machine.start()
            assert foreman.machine.says("netipl: the installed system, boot 1"), foreman.machine.story()
            assert foreman.deployed() == LOCAL_BOOT
            foreman.machine.destroy()
            foreman.replay(*HOST.delete())
            assert foreman.ask.run("guest", "show", NAME).returncode == 1


def test_one_image_is_made_of_kernel_and_initrd_where_the_boot_method_wants_it(lab: Place) -> None:
    small_linux(lab)
    with lab_of(lab, '[default]\nmethod = "combined"') as foreman, serving(lab):
        foreman.build(TOKENS[0])
        foreman.replay(*HOST.create(CALLS_BACK))
        foreman.machine.start()
        assert foreman.machine.says("netipl: called back"), foreman.machine.story()


def test_clients_of_another_dhcp_server_are_known_by_what_they_ask_for(lab: Place) -> None:
    """Whoever may be served without a lease; here this machine itself."""

    def by_tftp(name: str) -> "subprocess.CompletedProcess[str]":
        curl = ("curl", "-sS", "--max-time", "60", f"tftp://{SERVER}/{name}", "--output", lab.directory / "fetched")
        return lab.namespace.run(*curl, check=False)

    small_linux(lab)
    with lab_of(lab, f'[tftp]\nallow = ["{SERVER}/32"]\nroot = "mirror"') as foreman, serving(lab):
        (lab.directory / "mirror/pxelinux.0").write_bytes(b"a program for x86")
        foreman.replay(*HOST.create(CALLS_BACK))
        assert by_tftp("pxelinux.0").returncode == NOT_FOUND
        found = by_tftp(f"pxelinux.cfg/01-{mac(1).replace(':', '-')}")
        assert found.returncode == 0, found.stderr
        text = (lab.directory / "fetched").read_text()
        assert text.startswith("# pxelinux\ndefault installer\n")
        assert "append initrd" not in text
        assert by_tftp(f"{HOST.prefix}-kernel.img").returncode == 0
        assert (lab.directory / "fetched").read_bytes() == (lab.directory / "kernel").read_bytes()
        assert by_tftp("pxelinux.cfg/01-52-54-00-00-00-99").returncode == NOT_FOUND
