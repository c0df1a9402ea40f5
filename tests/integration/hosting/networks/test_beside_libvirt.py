"""Networks where libvirt serves DHCP and netipl the files: what `check` wants of them, and what `enable` refuses."""

import json
from pathlib import Path

import pytest

from tests.integration.hosting.networks.conftest import Networks

pytestmark = pytest.mark.root

SERVER = "192.168.122.1"
RANGE = "<range start='192.168.122.2' end='192.168.122.254'/>"


@pytest.fixture
def settings(networks: Networks) -> Path:
    path = networks.host.directory / "netipl.toml"
    path.write_text(
        f'[networks.kvm]\ndhcp = "libvirt"\nlibvirt_network = "default"\nsubnet = "192.168.122.0/24"\n'
        f'server = "{SERVER}"\n'
    )
    return path


def found(networks: Networks, settings: Path) -> dict[str, dict[str, str]]:
    """By message."""
    lines = networks.run("check", "default", "--config", settings, "--json").stdout.splitlines()
    return {said["message"]: said for said in map(json.loads, lines) if said["problem"] == "not-beside-netipl"}


def redefined(networks: Networks, old: str, new: str) -> None:
    networks.define(networks.defined.replace(old, new))
    networks.host.virsh("net-destroy", "default")
    networks.host.virsh("net-start", "default")


def test_a_network_as_its_package_brings_it_will_do(networks: Networks, settings: Path) -> None:
    """Without a boot file the firmware looks for its configuration, too; nobody is sent to `enable`."""
    lines = networks.run("check", "default", "--config", settings, "--json").stdout.splitlines()
    said = {each["problem"]: each for each in map(json.loads, lines)}
    assert set(said) == {"not-at-boot", "spanning-tree"}
    assert "enable" not in said["spanning-tree"]["remedy"]
    redefined(networks, RANGE, f"{RANGE}<bootp file='/' server='{SERVER}'/>")
    assert found(networks, settings) == {}


def test_files_of_another_server_and_tftp_of_dnsmasq_are_in_the_way(networks: Networks, settings: Path) -> None:
    networks.host.run("mkdir", "-p", "/srv")
    redefined(networks, "<dhcp>", "<tftp root='/srv'/><dhcp>")
    redefined(networks, RANGE, f"{RANGE}<bootp file='other.cfg' server='192.168.122.9'/>")
    said = found(networks, settings)
    assert [each["remedy"].partition(":")[0] for each in said.values()] == [
        "take <tftp> out",
        "write <bootp file='/'/>",
        f"write <bootp file='/' server='{SERVER}'/>",
    ]
    assert all("virsh net-edit default" in each["remedy"] for each in said.values())
    assert networks.run("check", "default", "--config", settings).returncode == 1


@pytest.mark.parametrize("server", ["netipl", "dnsmasq"])
def test_nobody_else_is_made_to_serve_it(networks: Networks, settings: Path, server: str) -> None:
    """With `--server netipl` nobody would answer DHCP any more; with dnsmasq both would serve files."""
    before = networks.running
    refused = networks.run("enable", "default", "--server", server, "--config", settings, "--yes")
    assert refused.returncode == 1, refused.stdout + refused.stderr
    assert "take dhcp out of [networks.kvm] first" in refused.stderr
    assert networks.running == before
    assert 'dhcp = "libvirt"' in settings.read_text()


def test_a_network_whose_dhcp_netipl_has_taken_is_told(networks: Networks, settings: Path) -> None:
    theirs = settings.read_text()
    settings.unlink()
    networks.enable("--config", settings, server="netipl")
    settings.write_text(theirs)
    [said] = found(networks, settings).values()
    assert "give it back: netipl network disable default" in said["remedy"]
