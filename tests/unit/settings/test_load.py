from datetime import timedelta
from ipaddress import IPv4Address, IPv4Network
from pathlib import Path
from uuid import UUID

import pytest

from netipl.errors import NetiplError, UnavailableError, UsageError
from netipl.firmware.versions import Version
from netipl.guests.guest import BootFiles, BootMethod, Guest
from netipl.guests.network import Network, UnknownClients
from netipl.net import AddressRange, Mac
from netipl.settings.keys import LibvirtKeys
from netipl.settings.load import load, read
from tests.unit.settings.files import DEFAULT, LAB, MAC, complaint, guest, settings


def test_a_network_becomes_a_value(directory: Path) -> None:
    text = LAB + (
        'router = "192.0.2.254"\ndns = ["192.0.2.53"]\ndomain = "example.com"\npools = ["192.0.2.10-192.0.2.99"]\n'
        'relays = ["10.0.0.1"]\nlease_time = "2h"\nauthoritative = true\nunknown = "pool"\n'
    )
    assert settings(directory, text).networks() == (
        Network(
            name="lab",
            interface="lo",
            subnet=IPv4Network("192.0.2.0/24"),
            server=IPv4Address("192.0.2.1"),
            router=IPv4Address("192.0.2.254"),
            dns=(IPv4Address("192.0.2.53"),),
            domain="example.com",
            pools=(AddressRange.parse("192.0.2.10-192.0.2.99"),),
            relays=frozenset({IPv4Address("10.0.0.1")}),
            lease_time=timedelta(hours=2),
            authoritative=True,
            unknown=UnknownClients.POOL,
        ),
    )


def test_what_a_network_does_not_say_is_what_networks_have(directory: Path) -> None:
    read = settings(directory, LAB)
    lab = Network(name="lab", interface="lo", subnet=IPv4Network("192.0.2.0/24"), server=IPv4Address("192.0.2.1"))
    assert read.networks() == (lab,)
    assert read.addresses() == (lab.server,)
    assert (read.dhcp.port, read.tftp.port, read.http.port, read.user) == (67, 69, 8069, None)
    assert (read.default_boot(), read.default_method(), read.tftp_root) == (None, None, None)


def test_there_is_a_libvirt_only_where_the_file_says_so(directory: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    assert settings(directory, LAB).libvirt is None
    assert settings(directory, f"[libvirt]\n{LAB}").libvirt == LibvirtKeys(uri="qemu:///system")
    assert settings(directory, f'[libvirt]\nuri = "qemu:///session"\n{LAB}').libvirt == LibvirtKeys(
        uri="qemu:///session"
    )
    monkeypatch.setenv("NETIPL_LIBVIRT__URI", "qemu+ssh://z/system")
    assert settings(directory, LAB).libvirt == LibvirtKeys(uri="qemu+ssh://z/system")


def test_a_network_may_say_how_its_guests_boot(directory: Path) -> None:
    [network] = settings(directory, LAB + 'method = "combined"\n').networks()
    assert network.method is BootMethod.COMBINED


def test_a_lease_time_may_be_a_number_of_seconds(directory: Path) -> None:
    assert settings(directory, LAB + "lease_time = 600\n").networks()[0].lease_time == timedelta(minutes=10)


def test_a_guest_becomes_a_value(directory: Path) -> None:
    identity = "9b6e2a0c-7b1d-4b52-8f6e-1f6f3f6c0a01"
    text = LAB + guest(
        "web1",
        mac=MAC,
        uuid=identity,
        client_id="ff:01",
        network="lab",
        address="192.0.2.10",
        firmware="7.2",
        method="ins",
        kernel="kernel",
        initrd="initrd",
        append="quiet",
    )
    assert settings(directory, text).guests() == (
        Guest(
            name="web1",
            macs=(Mac.parse(MAC),),
            uuid=UUID(identity),
            client_id=b"\xff\1",
            network="lab",
            address=IPv4Address("192.0.2.10"),
            firmware=Version(7, 2),
            method=BootMethod.INS,
            boot=BootFiles(kernel=directory / "kernel", initrd=directory / "initrd", append="quiet"),
        ),
    )


def test_a_guest_may_have_several_macs(directory: Path) -> None:
    [one] = settings(directory, LAB + f'[guests.a]\nmac = ["{MAC}", "52-54-00-00-00-0B"]\n').guests()
    assert [str(mac) for mac in one.macs] == [MAC, "52:54:00:00:00:0b"]


@pytest.mark.parametrize(
    ("own", "boot"),
    [
        pytest.param({}, None, id="nothing of its own: the default as it is"),
        pytest.param({"append": ""}, ("kernel", "initrd", ""), id="a command line of its own"),
        pytest.param({"initrd": "other"}, ("kernel", "other", "quiet"), id="an initrd of its own"),
        pytest.param({"kernel": "other"}, ("other", None, "quiet"), id="a kernel of its own, not another's initrd"),
    ],
)
def test_what_a_guest_does_not_say_is_the_default(
    directory: Path, own: dict[str, str], boot: tuple[str, str | None, str] | None
) -> None:
    read = settings(directory, LAB + DEFAULT + guest("a", mac=MAC, **own))
    assert read.default_boot() == BootFiles(kernel=directory / "kernel", initrd=directory / "initrd", append="quiet")
    expected = None
    if boot is not None:
        kernel, initrd, append = boot
        own_initrd = None if initrd is None else directory / initrd
        expected = BootFiles(kernel=directory / kernel, initrd=own_initrd, append=append)
    assert read.guests()[0].boot == expected


@pytest.mark.parametrize(
    ("default", "own", "method"),
    [
        ("", {"mac": MAC}, (None, None)),
        ('method = "ins"', {"mac": MAC}, (None, BootMethod.INS)),
        ('method = "ins"', {"mac": MAC, "method": "config"}, (BootMethod.CONFIG, BootMethod.INS)),
    ],
)
def test_a_method_is_what_is_said_of_the_guest_or_for_all(
    directory: Path, default: str, own: dict[str, str], method: tuple[BootMethod | None, BootMethod | None]
) -> None:
    read = settings(directory, LAB + f"[default]\n{default}\n" + guest("a", **own))
    assert (read.guests()[0].method, read.default_method()) == method


def test_the_environment_goes_before_the_file(directory: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("NETIPL_TFTP__PORT", "6969")
    monkeypatch.setenv("NETIPL_TFTP__ALLOW", '["10.0.0.0/8"]')
    monkeypatch.setenv("NETIPL_NETWORKS__LAB__SERVER", "192.0.2.2")
    monkeypatch.setenv("NETIPL_ANYTHING_ELSE", "is not ours")
    read = settings(directory, LAB + "[tftp]\nport = 70\nworkers = 3\n")
    assert (read.tftp.port, read.tftp.allow, read.tftp_workers) == (6969, (IPv4Network("10.0.0.0/8"),), 3)
    assert read.addresses() == (IPv4Address("192.0.2.2"),)


def test_a_variable_without_a_key_is_no_setting(directory: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("NETIPL_API", "NETIPL_TFTP", "NETIPL_TOKEN"):
        monkeypatch.setenv(name, "/run/netipl/api.sock")
    assert settings(directory, LAB).tftp.port == 69


def test_a_mistake_in_the_environment_names_the_variable(directory: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("NETIPL_TFTP__PORT", "many")
    with pytest.raises(UsageError, match=r"^NETIPL_TFTP__PORT: tftp\.port: .*whole number.*many"):
        settings(directory, LAB)


def test_a_list_in_the_environment_that_is_no_json_is_refused(directory: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("NETIPL_TFTP__ALLOW", "10.0.0.0/8")
    with pytest.raises(UsageError, match=r'the environment: .*"tftp"') as caught:
        settings(directory, LAB)
    assert "JSON" in caught.value.remedy


def test_reading_again_reads_the_file_as_it_is_now(directory: Path) -> None:
    assert settings(directory, LAB).tftp.port == 69
    assert settings(directory, LAB + "[tftp]\nport = 70\n").tftp.port == 70


def test_directories_are_the_files_or_systemds_or_the_users(directory: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    said = settings(directory, LAB + '[server]\nstate_directory = "state"\nrun_directory = "/run/x"\n')
    assert (said.state_directory(), said.run_directory()) == (directory / "state", Path("/run/x"))
    unsaid = settings(directory, LAB)
    by_systemd = {"STATE_DIRECTORY": "/var/lib/x:/other", "RUNTIME_DIRECTORY": "/run/x"}
    assert (unsaid.state_directory(by_systemd), unsaid.run_directory(by_systemd)) == (
        Path("/var/lib/x"),
        Path("/run/x"),
    )
    monkeypatch.setattr("os.geteuid", lambda: 0)
    assert (unsaid.state_directory({}), unsaid.run_directory({})) == (Path("/var/lib/netipl"), Path("/run/netipl"))
    monkeypatch.setattr("os.geteuid", lambda: 1000)
    by_login = {"XDG_STATE_HOME": "/s", "XDG_RUNTIME_DIR": "/r"}
    assert (unsaid.state_directory(by_login), unsaid.run_directory(by_login)) == (Path("/s/netipl"), Path("/r/netipl"))
    assert unsaid.run_directory({"XDG_STATE_HOME": "/s"}) == Path("/s/netipl/run")


@pytest.mark.parametrize(
    ("text", "words"),
    [
        pytest.param(
            "[tftp]\n",
            ["networks: it is missing", "add a table [networks.NAME]", "netipl network enable"],
            id="no network",
        ),
        pytest.param("[tftpd]\n" + LAB, ["tftpd: there is no such key", "did you mean tftp?"], id="unknown table"),
        pytest.param(LAB + 'sever = "x"\n', ["networks.lab.sever: there is no such key", "mean server?"], id="near"),
        pytest.param("[http]\nzzz = 1\n" + LAB, ["http.zzz", "known here: connections, connections_per"], id="far"),
        pytest.param(
            LAB + guest("a", mac=MAC, adress="192.0.2.10"), ["guests.a.adress", "did you mean address?"], id="guest"
        ),
        pytest.param(
            LAB + guest('"a.example.com"', mac="52:54"),
            ['guests."a.example.com".mac[0]', "'52:54' is no MAC address", "write it as 52:54:00:13:33:0a"],
            id="the guest's name is in the key",
        ),
        pytest.param(
            LAB.replace('server = "192.0.2.1"', ""),
            ["networks.lab.server: it is missing", 'add server = "192.0.2.1"'],
            id="missing key",
        ),
        pytest.param(
            LAB.replace("0/24", "5/24"),
            ["networks.lab.subnet", '"192.0.2.5/24"', "for example subnet ="],
            id="host bits",
        ),
        pytest.param(LAB + '[tftp]\nport = "x"\n', ["tftp.port", "whole number", "port = 69"], id="no number"),
        pytest.param(LAB + "[tftp]\nport = true\n", ["tftp.port: it must be a whole number"], id="a boolean"),
        pytest.param(LAB + 'pools = "192.0.2.9"\n', ["lab.pools: it must be a list", 'pools = ["'], id="no list"),
        pytest.param("networks = 5\n", ["networks: it must be a table", "[networks.NAME]"], id="no table"),
        pytest.param(LAB.replace('"lo"', '"a/b"'), ["lab.interface", "no name of an interface"], id="no interface"),
        pytest.param(LAB + guest("a", mac="01:00:5e:00:00:01"), ["no machine has the MAC"], id="a group's MAC"),
        pytest.param(LAB + DEFAULT.replace("quiet", "a\\nlabel x"), ["default.append", "one line"], id="two lines"),
        pytest.param(LAB + "[tftp]\nport = 70000\n", ["tftp.port", "65535"], id="number out of range"),
        pytest.param(
            LAB + 'unknown = "no"\n', ["networks.lab.unknown", "'ignore', 'pool' or 'register'"], id="no such choice"
        ),
        pytest.param(LAB + 'lease_time = "1w"\n', ["networks.lab.lease_time", "'1w' is no duration"], id="no duration"),
        pytest.param(LAB + 'pools = ["192.0.2.9-192.0.2.2"]\n', ["pools[0]", "is empty", "lower"], id="empty range"),
        pytest.param(LAB + guest("a_b", mac=MAC), ["guests.a_b", "'a_b' is no DNS name"], id="no name of a host"),
        pytest.param(
            LAB + guest("a", mac=MAC, firmware="qemu"), ["guests.a.firmware", "'qemu' is no", "11.1"], id="version"
        ),
    ],
)
def test_one_mistake_is_told_with_file_key_and_remedy(directory: Path, text: str, words: list[str]) -> None:
    told = complaint(directory, text)
    for word in words:
        assert word in told


def test_all_mistakes_are_told_at_once(directory: Path) -> None:
    told = complaint(directory, LAB + 'lease_time = "x"\n' + guest("a", mac="x") + guest("b", uuid="x"))
    assert "3 settings are wrong" in told
    for key in ("networks.lab.lease_time", "guests.a.mac[0]", "guests.b.uuid"):
        assert f"\n  {directory}/netipl.toml: {key}: " in told


@pytest.mark.parametrize(
    ("data", "error", "words"),
    [
        pytest.param(b"[a\n", UsageError, "no TOML: .*line 1", id="no TOML"),
        pytest.param(b'a = "\xff"\n', UsageError, "no UTF-8", id="no UTF-8"),
        pytest.param(None, UnavailableError, "No such file", id="no file"),
    ],
)
def test_what_cannot_be_read_names_the_file(
    directory: Path, data: bytes | None, error: type[NetiplError], words: str
) -> None:
    path = directory / "netipl.toml"
    if data is not None:
        path.write_bytes(data)
    with pytest.raises(error, match=f"{path}.*{words}") as caught:
        load(path)
    assert caught.value.remedy


def test_what_would_serve_nobody_is_only_a_warning(directory: Path) -> None:
    (directory / "kernel").write_bytes(b"\x1f\x8b")
    absent = settings(directory, LAB.replace('"lo"', '"nil0"') + DEFAULT)
    assert list(absent.warnings()) == [
        "networks.lab.interface: nil0 is not there; it is served when it comes",
        "no guests here, and unknown clients are ignored: only guests that somebody has added are answered",
        f"{directory}/kernel: no raw s390x kernel image, but compressed with gzip",
    ]
    assert not list(settings(directory, LAB + guest("a", mac=MAC)).warnings())
    assert not list(settings(directory, LAB + "[dhcp]\nenabled = false\n").warnings())


def test_a_command_line_that_the_firmware_would_cut_is_a_warning(directory: Path) -> None:
    long = DEFAULT.replace("quiet", "x" * 896)
    read = settings(directory, LAB + long + guest("a", mac=MAC) + guest("b", uuid=str(UUID(int=1)), method="combined"))
    assert [line for line in read.warnings() if "append" in line] == [
        "guests.a.append: the firmware cuts it after 895 bytes"
    ]


def test_what_is_opened_once_is_told_by_its_key(directory: Path) -> None:
    before = settings(directory, LAB + "[tftp]\nport = 69\n").opened_once()
    other = '[networks.other]\nrelays = ["198.51.100.9"]\nsubnet = "198.51.100.0/24"\nserver = "198.51.100.1"\n'
    after = settings(directory, LAB + 'dns = ["192.0.2.9"]\n' + other + "[tftp]\nport = 70\n").opened_once()
    assert {key for key in before | after if before.get(key) != after.get(key)} == {"tftp", "networks.other"}


def test_the_database_is_in_the_state_directory_unless_it_is_named(directory: Path) -> None:
    state = '[server]\nstate_directory = "state"\n'
    assert settings(directory, LAB + state).database() == str(directory / "state" / "netipl.sqlite")
    assert settings(directory, LAB).database({"STATE_DIRECTORY": "/s"}) == "/s/netipl.sqlite"
    named = "postgresql://netipl:Geheim@db/netipl"
    read = settings(directory, LAB + f'[server]\ndatabase = "{named}"\n')
    assert read.database() == named
    assert "Geheim" not in repr(read)


@pytest.mark.parametrize(
    "url", ["mysql://u:Geheim@h/x", "postgresql://u:Geheim@h:port/x", "u:Geheim", "postgresql:/u:Geheim@h/x"]
)
def test_a_database_that_cannot_be_is_refused_without_repeating_its_password(
    directory: Path, url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    said = complaint(directory, LAB + f'[server]\ndatabase = "{url}"\n')
    assert "server.database" in said
    assert "postgresql://HOST/NAME" in said
    assert "Geheim" not in said
    monkeypatch.setenv("NETIPL_SERVER__DATABASE", url)
    with pytest.raises(UsageError, match="NETIPL_SERVER__DATABASE") as refusal:
        settings(directory, LAB)
    assert "Geheim" not in str(refusal.value) + refusal.value.remedy


def test_text_is_read_as_if_it_stood_in_the_file(directory: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("NETIPL_TFTP__PORT", "6969")
    found = read(LAB + DEFAULT, directory / "netipl.toml")
    assert found.default_boot() == settings(directory, LAB + DEFAULT).default_boot()
    assert found.tftp.port == 69
    with pytest.raises(UsageError, match="no TOML"):
        read("[", directory / "netipl.toml")
    with pytest.raises(UsageError, match="networks: it is missing"):
        read("", directory / "netipl.toml")
