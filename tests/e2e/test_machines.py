"""Guests' machines by netipl on a real libvirtd: made, installed, booted from disk, built anew, and kept as wanted."""

import shutil
import signal
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.e2e.libvirt_lab import SETTINGS, LibvirtLab, libvirt_lab, with_something_to_install

pytestmark = [
    pytest.mark.guest,
    pytest.mark.timeout(900),  # two installations by real guests, one after the other
    pytest.mark.root,
    pytest.mark.skipif(shutil.which("qemu-system-s390x") is None, reason="needs qemu-system-s390x"),
    pytest.mark.skipif(shutil.which("libvirtd") is None, reason="needs libvirtd"),
]

SMALL = ("--memory", "512", "--disk", "256M")
NO_DISK = ("--memory", "512", "--disk", "none")


@pytest.fixture
def lab() -> Iterator[LibvirtLab]:
    with libvirt_lab() as made:
        yield made


def first_of(xml: str) -> str:
    """What its boot order begins with."""
    before = xml.partition("<boot order='1'/>")[0]
    return "network" if before.rfind("<interface") > before.rfind("<disk") else "disk"


def test_defined_installed_booted_from_its_disk_and_built_anew(lab: LibvirtLab) -> None:
    with_something_to_install(lab)
    lab.run("guest", "define", "web1", "--profile", "small", *SMALL)
    lab.run("guest", "build", "web1", "--start")
    lab.run("guest", "watch", "web1", "--until", "installed")
    lab.wait_for(lambda: lab.reports() == [1], "the installed system has booted")
    lab.wait_for(lambda: first_of(lab.xml("web1", "--inactive")) == "disk", "the boot order leads to the disk")
    loaded = len(lab.happened("web1", "tftp-started"))

    # a cold start: it runs with the order of its installation
    assert lab.run("guest", "reset", "web1", "--watch").endswith("web1: kernel started\n")
    lab.wait_for(lambda: lab.reports() == [1, 2], "it has booted from its disk")
    assert first_of(lab.xml("web1")) == "disk"
    assert len(lab.happened("web1", "tftp-started")) == loaded  # its firmware asked for nothing

    lab.run("guest", "build", "web1", "--start")
    lab.run("guest", "watch", "web1", "--until", "installed")
    lab.wait_for(lambda: lab.reports() == [1, 2, 1], "it is another system")
    assert [event["detail"]["first"] for event in lab.happened("web1", "machine-ordered")] == [
        "disk",
        "network",
        "disk",
    ]
    lab.run("guest", "stop", "web1", "--now")
    assert "is off" in lab.run("guest", "stop", "web1")
    lab.wait_for(lambda: lab.shown("web1")["machine"]["state"] == "off", "it is known to be off")


def test_a_libvirtd_that_is_restarted_in_mid_boot_stops_nothing(lab: LibvirtLab) -> None:
    lab.run("guest", "define", "web1", "--profile", "quick", *NO_DISK)
    lab.run("guest", "build", "web1", "--start")
    lab.wait_for(lambda: lab.happened("web1", "tftp-started"), "it loads")
    lab.host.stop_libvirtd(signal.SIGKILL)
    assert "libvirt" in lab.run("guest", "start", "web1", check=False, status=3)
    lab.host.run("libvirtd", "--daemon")
    lab.run("guest", "watch", "web1", "--until", "installed")
    lab.wait_for(lambda: lab.log.read_text().count("libvirt is connected") == 2, "libvirt is connected again")
    lab.run("guest", "stop", "web1", "--now")
    lab.wait_for(lambda: lab.happened("web1", "machine-stopped"), "what happens to it is told again")


@pytest.mark.parametrize("on_crash", ["destroy", "preserve"])
def test_a_firmware_that_fails_is_tried_again_with_back_off_until_it_boots(lab: LibvirtLab, on_crash: str) -> None:
    lab.run("guest", "define", "web1", "--profile", "quick", *NO_DISK)
    change_domain(lab, "web1", "<on_crash>destroy</on_crash>", f"<on_crash>{on_crash}</on_crash>")
    lab.run("guest", "build", "web1")
    kernel = lab.directory / "debian/kernel"
    kernel.rename(kernel.with_name("away"))
    lab.run("guest", "start", "web1")
    lab.wait_for(lambda: len(lab.happened("web1", "machine-started")) == 3, "it is tried again twice")
    assert lab.shown("web1")["build"]["state"] != "failed"
    pauses = [event["detail"]["pause"] for event in lab.happened("web1", "machine-retried")]
    assert pauses == [10, 20]  # no tight loop
    assert len(lab.happened("web1", "machine-crashed")) <= 3  # one for each boot
    kernel.with_name("away").rename(kernel)
    lab.run("guest", "watch", "web1", "--until", "installed")


def change_domain(lab: LibvirtLab, name: str, before: str, after: str) -> None:
    """As `virsh edit` does."""
    xml = lab.xml(name, "--inactive")
    assert before in xml
    file = lab.directory / "domain.xml"
    file.write_text(xml.replace(before, after))
    lab.host.virsh("define", file)


def test_a_domain_that_others_made_is_taken_over_and_only_what_is_ours_changes(lab: LibvirtLab) -> None:
    file = lab.directory / "z1.xml"
    file.write_text(Path("tests/vectors/libvirt/z1.xml").read_text())
    lab.host.run("truncate", "--size", "16M", "/var/lib/libvirt/images/z1.raw")
    lab.host.virsh("define", file)
    before = lab.xml("z1", "--inactive")
    lab.run("guest", "attach", "z1")
    lab.run("guest", "set", "z1", "--profile", "quick")
    assert lab.shown("z1")["uuid"] == "44d45444-2af4-4ae0-927c-0b8c54c1565a"
    lab.run("guest", "build", "z1", "--start")
    lab.run("guest", "watch", "z1", "--until", "installed")
    lab.wait_for(lambda: first_of(lab.xml("z1", "--inactive")) == "disk", "the boot order leads to the disk")
    lab.run("guest", "attach", "z1", "--release")
    after = lab.xml("z1", "--inactive")
    assert set(after.splitlines()) ^ set(before.splitlines()) == {
        "    <boot dev='hd'/>",
        "      <boot order='1'/>",
        "      <boot order='2'/>",
    }


def test_what_a_machine_does_at_its_reboot_is_told_before_it_is_built(lab: LibvirtLab) -> None:
    file = lab.directory / "z1.xml"
    text = Path("tests/vectors/libvirt/z1.xml").read_text()
    file.write_text(text.replace("<on_reboot>restart", "<on_reboot>destroy"))
    lab.host.virsh("define", file)
    uuid = "44d45444-2af4-4ae0-927c-0b8c54c1565a"
    lab.run("guest", "add", "z1", "--uuid", uuid, "--mac", "52:54:00:c1:12:85", "--profile", "quick")
    assert "on_reboot of domain z1 is destroy" in lab.run("guest", "build", "z1", check=False)
    lab.run("guest", "attach", "z1")
    assert "on_reboot of domain z1 is destroy" in lab.run("guest", "show", "z1", "--plan", "--build")
    lab.run("guest", "build", "z1")


_OF_A_GROUP = """
unix_sock_group = "{group}"
unix_sock_rw_perms = "0770"
auth_unix_rw = "none"
"""


@pytest.mark.parametrize("group", ["nogroup", "root"])
def test_a_daemon_that_becomes_another_user_is_let_in_by_its_group(group: str) -> None:
    settings = SETTINGS.replace("[server]", '[server]\nuser = "nobody"')
    with libvirt_lab(settings, libvirtd=_OF_A_GROUP.format(group=group)) as lab:
        if group == "nogroup":
            lab.run("guest", "define", "web1", *NO_DISK)
            lab.run("guest", "start", "web1")
            lab.run("guest", "stop", "web1", "--now")
        else:
            assert "Permission denied" in lab.run("guest", "define", "web1", *NO_DISK, check=False, status=3)
            assert "group libvirt" in lab.log.read_text()
            assert "no guest web1" in lab.run("guest", "show", "web1", check=False)  # nothing is left behind
