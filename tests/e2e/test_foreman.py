"""An s390x host of Foreman from its first call to its own disk: the calls that Foreman makes, and a real guest.

The medium is a tree with kernel.img, initrd.img and their sums; its installer is Debian's small Linux, which says to
Foreman through the proxy that it is built. The daemon is killed between Foreman's last answer and the guest's boot.
"""

import hashlib
import json
import shutil
import subprocess
import sys
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from typing import Any

import pytest

from tests.contract.servers.smartproxy.certificates import Authority, Pair
from tests.e2e.foreman_server import TOKEN
from tests.e2e.reipl.disks import saying
from tests.e2e.reipl.test_reipl import built
from tests.e2e.serving import BRIDGE, SERVER, Guest, Place, guest, mac, serving
from tests.e2e.test_install import DISK_NUMBER, ON_DISK, Asking
from tests.foreman_conversation import LOCAL_BOOT, Call, Host, written

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
BUILT = f"http://{SERVER}:{PLAIN}/unattended/built?token={TOKEN}"
TEMPLATE = HOST.kickstart(f"console=ttysclp0 netipl.callback={BUILT}")


@dataclass
class Lab:
    where: Place
    ask: Asking
    machine: Guest
    place: dict[str, str]

    def replay(self, *calls: Call) -> list[dict[str, Any]]:  # Any: JSON
        """Each with the status that Foreman hopes for."""
        file = self.where.directory / "calls.json"
        file.write_text(written(calls, self.place))
        made = self.where.namespace.run(sys.executable, "-m", "tests.foreman_conversation", file, check=False)
        assert made.returncode == 0, made.stdout + made.stderr
        found: list[dict[str, Any]] = json.loads(made.stdout)
        return found

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
template_url = "http://{SERVER}:{PLAIN}"
"""


def medium(where: Place) -> None:
    """A tree of the Red Hat family, with the sums of its boot files."""
    images = where.directory / "mirror/rh/images"
    images.mkdir(parents=True)
    initrd = next((where.directory / "debian").glob("*initrd*"))
    sums = []
    for file, source in (("kernel.img", where.directory / "kernel"), ("initrd.img", initrd)):
        shutil.copyfile(source, images / file)
        sums.append(f"images/{file} = sha256:{hashlib.sha256(source.read_bytes()).hexdigest()}")
    head = "[general]\nfamily = Linux\nversion = 9\narch = s390x\n[checksums]\n"
    (images.parent / ".treeinfo").write_text(head + "\n".join(sums) + "\n")


@contextmanager
def lab_of(where: Place, more: str = "") -> Iterator[Lab]:
    """A medium, Foreman, and a guest with a bootable disk, off. The daemon is for the test to start."""
    medium(where)
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
    local = where.directory / "local.json"
    local.write_text(written(list(HOST.built(LOCAL_BOOT)), place))
    disk = where.directory / "disk"
    disk.write_bytes(saying(built("disk.S", where.directory), "disk A waits"))
    python, directory = sys.executable, where.directory / "mirror"
    mirror = (python, "-m", "http.server", "--bind", SERVER, "--directory", directory, str(MIRROR))
    foreman = (python, "-m", "tests.e2e.foreman_server", SERVER, str(FOREMAN), local)
    with ExitStack() as stack:
        for command in (mirror, foreman):
            stack.enter_context(where.namespace.running(*command))
        machine = stack.enter_context(guest(where))
        machine.devices = (
            *("-drive", f"if=none,id=disk,format=raw,file={disk}"),
            *("-device", f"virtio-blk-ccw,drive=disk,devno=fe.0.{DISK_NUMBER[-4:]}"),
        )
        yield Lab(where, Asking(where), machine, place)


def test_a_host_is_installed_marked_built_and_goes_to_its_disk(lab: Place) -> None:
    with lab_of(lab) as foreman:
        with serving(lab) as daemon:
            foreman.replay(*HOST.validate(), *HOST.create(TEMPLATE))
            daemon.kill()
        with serving(lab) as daemon:
            foreman.machine.start()
            assert foreman.machine.says("netipl: called back"), foreman.machine.story()
            [found] = foreman.replay(Call("GET", f"/dhcp/{HOST.network}/mac/{HOST.mac}"))
            assert json.loads(found["body"])["filename"] == "pxelinux.0"
            for _ in range(2):
                foreman.machine.destroy()
                foreman.machine.start()
                assert foreman.machine.says(ON_DISK), foreman.machine.story()
            foreman.machine.destroy()
            told = foreman.timeline()
            for each in ("address-reserved", "configuration-deployed", "dhcp-ack", "tftp-finished", "dhcp-release"):
                assert each in told, told
            assert foreman.ask.shown(NAME)["origin"] == "foreman"
            asked = [line["name"] for line in daemon.lines() if str(line.get("name", "")).endswith("pxelinux.0")]
            assert not asked, "the firmware is never sent to a program for x86"
            assert TOKEN not in foreman.ask("guest", "timeline", NAME, "--json")
            foreman.replay(*HOST.rebuild(TEMPLATE))
            foreman.machine.start()
            assert foreman.machine.says("netipl: called back"), foreman.machine.story()
            foreman.machine.destroy()
            foreman.replay(*HOST.delete())
            assert foreman.ask.run("guest", "show", NAME).returncode == 1


def test_one_image_is_made_of_kernel_and_initrd_where_the_boot_method_wants_it(lab: Place) -> None:
    with lab_of(lab, '[default]\nmethod = "combined"') as foreman, serving(lab):
        foreman.replay(*HOST.create(TEMPLATE))
        foreman.machine.start()
        assert foreman.machine.says("netipl: called back"), foreman.machine.story()


def test_clients_of_another_dhcp_server_are_known_by_what_they_ask_for(lab: Place) -> None:
    """Whoever may be served without a lease; here this machine itself."""

    def by_tftp(name: str) -> "subprocess.CompletedProcess[str]":
        curl = ("curl", "-sS", "--max-time", "60", f"tftp://{SERVER}/{name}", "--output", lab.directory / "fetched")
        return lab.namespace.run(*curl, check=False)

    with lab_of(lab, f'[tftp]\nallow = ["{SERVER}/32"]\nroot = "mirror"') as foreman, serving(lab):
        (lab.directory / "mirror/pxelinux.0").write_bytes(b"a program for x86")
        foreman.replay(*HOST.create(TEMPLATE))
        assert by_tftp("pxelinux.0").returncode == NOT_FOUND
        found = by_tftp(f"pxelinux.cfg/01-{mac(1).replace(':', '-')}")
        assert found.returncode == 0, found.stderr
        text = (lab.directory / "fetched").read_text()
        assert text.startswith("# pxelinux\ndefault installer\n")
        assert "append initrd" not in text
        assert by_tftp(f"{HOST.prefix}-kernel.img").returncode == 0
        assert (lab.directory / "fetched").read_bytes() == (lab.directory / "kernel").read_bytes()
        assert by_tftp("pxelinux.cfg/01-52-54-00-00-00-99").returncode == NOT_FOUND
