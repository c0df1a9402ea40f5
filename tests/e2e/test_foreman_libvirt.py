"""An s390x host of Foreman on a libvirt network: libvirt's dnsmasq gives its address, and netipl serves its files.

Foreman's calls and its installed host are those of test_foreman.py; the guest is a domain, which nobody but libvirt
knows. It is installed, says that it is built, and goes to its disk, over one network.
"""

import json
import os
import shutil
import sys
from pathlib import Path
from xml.etree import ElementTree as ET

import pytest

from tests.e2e.libvirt_lab import SERVER, LibvirtLab, libvirt_lab
from tests.e2e.reipl.disks import saying
from tests.e2e.reipl.test_reipl import built
from tests.e2e.test_install import ON_DISK
from tests.foreman_conversation import LOCAL_BOOT, Call, Host, written
from tests.libvirt_guest import LibvirtGuest, defined

pytestmark = [
    pytest.mark.guest,
    pytest.mark.root,
    pytest.mark.skipif(shutil.which("qemu-system-s390x") is None, reason="needs qemu-system-s390x"),
]

NAME = "z1.example.com"
TOKEN = "d2f1e9b0-1c2d-4e5f-8a9b-0c1d2e3f4a5b"
FOREMAN, MIRROR, PLAIN = 3000, 8001, 8000
NETWORK = f"""<network>
  <name>lab</name>
  <forward mode='nat'/>
  <bridge name='virbr9' stp='off' delay='0'/>
  <ip address='{SERVER}' netmask='255.255.255.0'>
    <dhcp><range start='192.0.2.100' end='192.0.2.199'/><bootp file='/' server='{SERVER}'/></dhcp>
  </ip>
</network>
"""
SETTINGS = f"""
[server]
state_directory = "state"
run_directory = "state/run"
[networks.lab]
dhcp = "libvirt"
interface = "virbr9"
subnet = "192.0.2.0/24"
server = "{SERVER}"
[libvirt]
[foreman]
http = "{SERVER}:{PLAIN}"
insecure = true
url = "http://{SERVER}:{FOREMAN}"
template_url = "http://{SERVER}:{PLAIN}"
"""
PLACE = {"url": f"http://{SERVER}:{PLAIN}"}
HOST = Host(
    name=NAME,
    mac="52:54:00:13:33:01",
    ip="192.0.2.10",
    network="192.0.2.0",
    next_server=SERVER,
    medium=f"http://{SERVER}:{MIRROR}",
)
TEMPLATE = HOST.kickstart(
    f"console=ttysclp0 netipl.callback=http://{SERVER}:{PLAIN}/unattended/built?token={TOKEN}",
)
ENVIRONMENT = {**os.environ, "PYTHONPATH": str(Path(__file__).parents[2])}


def replay(lab: LibvirtLab, *calls: Call) -> None:
    """Each with the status that Foreman hopes for."""
    file = lab.directory / "calls.json"
    file.write_text(written(calls, PLACE))
    made = lab.host.run(sys.executable, "-m", "tests.foreman_conversation", file, env=ENVIRONMENT, check=False)
    assert made.returncode == 0, made.stdout + made.stderr + lab.log.read_text()[-4000:]


def machine(lab: LibvirtLab) -> LibvirtGuest:
    """A domain with a disk that boots, off."""
    guest = defined(lab.host, "any", 1, "lab")
    disk = lab.directory / "disk"
    disk.write_bytes(saying(built("disk.S", lab.directory), "disk A waits"))
    disk.chmod(0o666)
    domain = ET.fromstring(lab.host.virsh("dumpxml", "any", "--inactive"))
    devices = domain.find("devices")
    assert devices is not None
    made = ET.SubElement(devices, "disk", type="file", device="disk")
    ET.SubElement(made, "driver", name="qemu", type="raw")
    ET.SubElement(made, "source", file=str(disk))
    ET.SubElement(made, "target", dev="vda", bus="virtio")
    (lab.directory / "any.xml").write_text(ET.tostring(domain, encoding="unicode"))
    lab.host.virsh("define", lab.directory / "any.xml")
    return guest


def medium(lab: LibvirtLab) -> Path:
    images = lab.directory / "mirror/images"
    images.mkdir(parents=True)
    for file in ("kernel", "initrd"):
        shutil.copyfile(lab.directory / "debian" / file, images / f"{file}.img")
    return images.parent


def test_a_host_on_a_libvirt_network_is_installed_and_goes_to_its_disk() -> None:
    with libvirt_lab(SETTINGS, network=NETWORK) as lab:
        calls = json.loads(written(list(HOST.built(LOCAL_BOOT)), PLACE))
        local = lab.directory / "host.json"
        local.write_text(json.dumps({"token": TOKEN, "mac": HOST.mac, "ip": HOST.ip, "values": {}, "calls": calls}))
        foreman = (sys.executable, "-m", "tests.e2e.foreman_server", SERVER, str(FOREMAN), local)
        mirror = (sys.executable, "-m", "http.server", "--bind", SERVER, "--directory", medium(lab), str(MIRROR))
        guest = machine(lab)
        with lab.host.running(*foreman, env=ENVIRONMENT), lab.host.running(*mirror):
            replay(lab, *HOST.validate(), *HOST.create(TEMPLATE))
            guest.start()
            guest.says("netipl: called back")
            lab.host.wait_for(lambda: lab.host.virsh("domstate", "any").strip() == "shut off", "it is off")
            guest.start()
            guest.says(ON_DISK)
            guest.destroy()
            told = [each["what"] for each in lab.timeline(NAME)]
            for each in ("address-reserved", "configuration-deployed", "tftp-finished", "configuration-deployed"):
                assert each in told, told
            assert "dhcp-discover" not in told, "netipl's own DHCP server heard of nothing"
            fetched = [each["detail"]["name"] for each in lab.happened(NAME, "tftp-finished")]
            assert [name for name in fetched if name.startswith(HOST.prefix)], fetched
            assert lab.host.run("ss", "-Hulpn", "sport = :67").stdout.count("dnsmasq") == 1
            assert "python" not in lab.host.run("ss", "-Hulpn", "sport = :67").stdout
            replay(lab, *HOST.delete())
            assert HOST.mac not in lab.host.virsh("net-dumpxml", "lab")
            assert json.loads(lab.run("guest", "list", "--json") or "[]") == []
