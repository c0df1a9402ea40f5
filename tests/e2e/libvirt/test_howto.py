"""The five commands of docs/howto/libvirt.md as they stand there, from an unchanged `default` to an installed guest."""

import os
import re
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from netipl.integrations.debian import disk_image
from tests.libvirt_host import LibvirtHost, libvirt_host

pytestmark = [pytest.mark.root, pytest.mark.guest]

HOWTO = Path(__file__).parents[3] / "docs" / "howto" / "libvirt.md"
AT_ONCE = 280.0


@pytest.fixture
def host() -> Iterator[LibvirtHost]:
    """With the network that libvirt's package brings, and an image to install."""
    with libvirt_host() as made:
        made.define_default_network()
        disk_image.build(made.directory / "server.raw", progress=print)
        image = made.directory / "server-s390x.qcow2"
        made.run("qemu-img", "convert", "-O", "qcow2", made.directory / "server.raw", image)
        yield made


def commands() -> list[str]:
    """The lines of the first listing."""
    listing = re.search(r"^```console\n(.*?)^```$", HOWTO.read_text(), re.MULTILINE | re.DOTALL)
    assert listing is not None
    return [line.removeprefix("# ") for line in listing[1].splitlines()]


def test_five_commands_lead_from_the_default_network_to_an_installed_guest(host: LibvirtHost) -> None:
    environment = {**os.environ, "PATH": f"{Path(sys.executable).parent}:{os.environ['PATH']}"}

    def typed(command: str) -> str:
        inside = f"cd {host.directory}; {command}"
        return host.run("bash", "-c", inside, env=environment, timeout=AT_ONCE).stdout

    enable, serve, *rest = commands()
    assert len(rest) == 3
    typed(enable)
    typed(serve)
    host.wait_for(lambda: "serving" in (host.directory / "netipl.log").read_text(), "netipl serves")
    said = [typed(command) for command in rest]
    assert said[-1].splitlines()[-1] == "web1: installed"
    assert "web1" in host.virsh("list", "--name")
    assert re.search(r"web1 +installed +running +default +192\.168\.122\.\d+", typed("netipl guest list"))
    console = "/var/log/libvirt/qemu/web1-console.log"
    from_disk = "netipl.root=/dev/vda2"
    host.wait_for(lambda: from_disk in host.run("cat", console).stdout, "the guest runs from its disk")

    typed("netipl guest stop web1 --now")
    before = host.run("cat", console).stdout.count(from_disk)
    typed("netipl guest start web1")
    host.wait_for(lambda: host.run("cat", console).stdout.count(from_disk) > before, "it starts from its disk")
    host.run("pkill", "-f", "netipl serve")  # of this host: its processes are its own
    typed("netipl network disable default --yes")
    assert "<range start='192.168.122.2' end='192.168.122.254'/>" in host.virsh("net-dumpxml", "default")
