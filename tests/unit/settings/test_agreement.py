from pathlib import Path

import pytest

from tests.unit.settings.files import DEFAULT, LAB, MAC, complaint, guest, settings

OTHER = '[networks.other]\ninterface = "lo"\nsubnet = "198.51.100.0/24"\nserver = "198.51.100.1"\n'
OTHER_MAC = "52:54:00:00:00:0b"
UUID = "9b6e2a0c-7b1d-4b52-8f6e-1f6f3f6c0a01"


@pytest.mark.parametrize(
    ("text", "words"),
    [
        pytest.param(
            LAB.replace("192.0.2.1", "192.0.3.1"),
            ["networks.lab.server", "192.0.3.1 is not in the subnet 192.0.2.0/24"],
            id="our address is in the subnet",
        ),
        pytest.param(
            LAB.replace('"192.0.2.1"', '"192.0.2.255"'),
            ["networks.lab.server", "192.0.2.255 is for broadcasts"],
            id="our address is that of one machine",
        ),
        pytest.param(
            LAB + 'router = "192.0.3.1"\n',
            ["networks.lab.router", "not in the subnet"],
            id="the router is in the subnet",
        ),
        pytest.param(
            LAB + 'pools = ["192.0.2.250-192.0.3.9"]\n',
            ["networks.lab.pools[0]", "not in the subnet"],
            id="pools are in the subnet",
        ),
        pytest.param(
            LAB + 'pools = ["192.0.2.1-192.0.2.9"]\n',
            ["networks.lab.pools[0]", "holds 192.0.2.1, the server's"],
            id="no pool holds our own address",
        ),
        pytest.param(
            LAB + 'pools = ["192.0.2.200-192.0.2.255"]\n',
            ["networks.lab.pools[0]", "holds 192.0.2.255, for broadcasts"],
            id="no pool holds the broadcast address",
        ),
        pytest.param(
            LAB + OTHER.replace("198.51.100.0/24", "192.0.0.0/16").replace("198.51.100", "192.0.2"),
            ["networks.other.subnet", "overlaps 192.0.2.0/24 of networks.lab"],
            id="subnets do not overlap",
        ),
        pytest.param(
            LAB.replace('interface = "lo"', ""),
            ["networks.lab", "neither an interface nor relays"],
            id="a network has an interface or relays",
        ),
        pytest.param(
            LAB + guest("a", mac=MAC) + guest("b", mac=MAC),
            ["guests.b.mac", f"{MAC} is also that of guests.a"],
            id="a MAC has one owner",
        ),
        pytest.param(
            LAB + guest("a", uuid=UUID) + guest("b", uuid=UUID.upper()),
            ["guests.b.uuid", f"{UUID} is also that of guests.a"],
            id="a UUID has one owner",
        ),
        pytest.param(
            LAB + guest("a", client_id="ff01") + guest("b", client_id="ff:01"),
            ["guests.b.client_id", "ff:01 is also that of guests.a"],
            id="a client identifier has one owner",
        ),
        pytest.param(
            LAB + guest("a", mac=MAC, address="192.0.2.9") + guest("b", mac=OTHER_MAC, address="192.0.2.9"),
            ["guests.b.address", "192.0.2.9 is also that of guests.a"],
            id="an address has one owner",
        ),
        pytest.param(
            LAB + guest("web", mac=MAC) + guest("Web", mac=OTHER_MAC),
            ["guests.Web", "web is also that of guests.web"],
            id="names differ by more than case",
        ),
        pytest.param(
            LAB + guest("a", address="192.0.2.9"),
            ["guests.a", "nothing would tell this guest"],
            id="a guest is recognised",
        ),
        pytest.param(
            LAB + OTHER + guest("a", mac=MAC, network="lob"),
            ["guests.a.network", "no network lob", "use one of: lab, other"],
            id="a guest's network exists",
        ),
        pytest.param(
            LAB + OTHER + guest("a", mac=MAC, network="lab", address="198.51.100.9"),
            ["guests.a.address", "198.51.100.9 is in no subnet", "there are: 192.0.2.0/24 (lab)"],
            id="a guest's address is in its own network",
        ),
        pytest.param(
            LAB + OTHER + guest("a", mac=MAC, address="203.0.113.9"),
            ["guests.a.address", "198.51.100.0/24 (other)"],
            id="a guest's address is in some network",
        ),
        pytest.param(
            LAB + guest("a", mac=MAC, address="192.0.2.1"),
            ["guests.a.address", "192.0.2.1 is the server's"],
            id="a guest does not have our address",
        ),
        pytest.param(
            LAB + 'relays = ["192.0.2.9"]\n' + guest("a", mac=MAC, address="192.0.2.9"),
            ["guests.a.address", "192.0.2.9 is a relay's"],
            id="a guest does not have a relay's address",
        ),
        pytest.param(
            LAB + guest("a", mac=MAC, method="probe-uuid"),
            ["guests.a.method", "probe-uuid cannot find a guest without uuid", "choose probe-mac"],
            id="who is found by UUID has one",
        ),
        pytest.param(
            LAB + 'method = "probe-uuid"\n' + guest("a", mac=MAC),
            ["guests.a.method", "probe-uuid cannot find a guest without uuid", "choose probe-mac"],
            id="also where its network says so",
        ),
        pytest.param(
            LAB + guest("a", mac=MAC, append="quiet"),
            ["guests.a.append", "there is no kernel for it", "add guests.a.kernel"],
            id="a command line has a kernel",
        ),
        pytest.param(
            LAB + '[default]\ninitrd = "initrd"\n',
            ["default.initrd", "there is no kernel for it", "add default.kernel"],
            id="an initrd has a kernel",
        ),
        pytest.param(
            LAB + guest("a", mac=MAC, kernel="nil"), ["guests.a.kernel", "/nil cannot be read"], id="files are there"
        ),
        pytest.param(LAB + '[default]\nkernel = "/"\n', ["default.kernel", "/ is no file"], id="kernels are files"),
        pytest.param(
            LAB + '[tftp]\nroot = "kernel"\n', ["tftp.root", "/kernel is no directory"], id="the root is a directory"
        ),
        pytest.param(
            LAB + '[tftp]\nroot = "."\nexport = "all"\n',
            ["tftp.export", "/all is in tftp.root", "name another"],
            id="an export is apart from what everybody is served",
        ),
        pytest.param(
            LAB + '[server]\nuser = "nil-0"\n',
            ["server.user", "no user nil-0", "useradd --system nil-0"],
            id="the user exists",
        ),
    ],
)
def test_keys_that_disagree_are_told(directory: Path, text: str, words: list[str]) -> None:
    told = complaint(directory, text)
    for word in words:
        assert word in told


def test_our_address_is_outside_of_a_subnet_behind_relays(directory: Path) -> None:
    behind = LAB.replace('interface = "lo"', 'relays = ["192.0.2.254"]').replace("192.0.2.1", "198.51.100.1")
    [network] = settings(directory, behind).networks()
    assert str(network.server) == "198.51.100.1"


def test_a_guest_may_have_two_cards_and_one_address_twice_said_is_its_own(directory: Path) -> None:
    read = settings(directory, LAB + DEFAULT + f'[guests.a]\nmac = ["{MAC}", "{OTHER_MAC}", "{MAC}"]\n')
    assert len(read.guests()) == 1


def test_a_subnet_of_two_addresses_has_no_broadcast(directory: Path) -> None:
    text = LAB.replace("192.0.2.0/24", "192.0.2.0/31") + guest("a", mac=MAC, address="192.0.2.0")
    assert len(settings(directory, text).guests()) == 1
