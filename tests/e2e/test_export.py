"""One exported directory, served by a plain dnsmasq: real guests boot from it by every method, each as itself.

Kea and ISC dhcpd lead them to it too.
"""

import shutil
import subprocess
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager, nullcontext
from pathlib import Path

import pytest

from netipl.guests.guest import BootMethod
from tests import peers
from tests.e2e import tap_guest
from tests.e2e.serving import BRIDGE, NETIPL, SERVER, Place, keys, mac, serving
from tests.e2e.test_install import ON_DISK, SECRET, added, digest, lab_with, settings
from tests.network_namespaces import eventually
from tests.real_firmware import Qemu, qemus

pytestmark = [
    pytest.mark.guest,
    pytest.mark.root,
    pytest.mark.skipif(shutil.which("qemu-system-s390x") is None, reason="needs qemu-system-s390x"),
]

NUMBERS = {method: number for number, method in enumerate(BootMethod, 1)}
UNKNOWN = 99

SETTINGS = f"""
[networks.lab]
interface = "{BRIDGE}"
subnet = "192.0.2.0/24"
server = "{SERVER}"
pools = ["192.0.2.200-192.0.2.210"]
unknown = "pool"

[default]
kernel = "kernel"
initrd = "small"
append = "console=ttysclp0 guest=unknown"
"""


def guest_keys(method: BootMethod) -> str:
    number = NUMBERS[method]
    uuid = f'uuid = "00000000-0000-0000-0000-{number:012x}"\n' if method is BootMethod.PROBE_UUID else ""
    return (
        f'[guests.{method}]\nmac = "{mac(number)}"\n{uuid}address = "192.0.2.{9 + number}"\nmethod = "{method}"\n'
        f'append = "console=ttysclp0 guest={method}"\n'
    )


def netipl(where: Place, *arguments: str | Path) -> "subprocess.CompletedProcess[str]":
    return subprocess.run([*NETIPL, *arguments, "--config", where.config], capture_output=True, text=True, check=False)


def lines_for(where: Place, server: str) -> str:
    done = netipl(where, "export", where.directory / "root", "--dhcp-config", server)
    assert done.returncode == 0, done.stderr
    return done.stdout


@contextmanager
def dnsmasq(where: Place, lines: str) -> Iterator[Path]:
    """As a user that owns nothing; its log."""
    config, log = where.directory / "dnsmasq.conf", where.directory / "dnsmasq.log"
    own = f"port=0\nuser=nobody\nno-ping\nbind-interfaces\nlog-dhcp\nlog-facility={log}\npid-file\n"
    config.write_text(f"{own}dhcp-leasefile={where.directory}/dnsmasq.leases\n{lines}")
    program, environment = peers.program("dnsmasq-base", "dnsmasq"), peers.environment("dnsmasq-base")
    with where.namespace.running(program, "--keep-in-foreground", f"--conf-file={config}", env=environment):
        eventually(lambda: log.exists() and "TFTP root" in log.read_text(), "dnsmasq is ready")
        yield log


def kea(where: Place) -> list[str | Path]:
    """In a mount namespace of its own, since its run and state directories are compiled in."""
    config = where.directory / "kea.conf"
    config.write_text(lines_for(where, "kea"))
    script = (
        "mount -t tmpfs none /run && mount -t tmpfs none /var/lib && mkdir -p /run/kea /run/lock/kea /var/lib/kea"
        ' && exec env KEA_LFC_EXECUTABLE="$2" KEA_DHCP_DATA_DIR=/var/lib/kea "$0" -d -c "$1"'
    )
    server, cleaner = (peers.program("kea-dhcp4-server", name) for name in ("kea-dhcp4", "kea-lfc"))
    return ["unshare", "--mount", "sh", "-c", script, server, config, cleaner]


def isc(where: Place) -> list[str | Path]:
    config, leases = where.directory / "isc.conf", where.directory / "isc.leases"
    config.write_text(lines_for(where, "isc"))
    leases.touch()
    program = peers.program("isc-dhcp-server", "dhcpd")
    return [program, "-4", "-f", "--no-pid", "-cf", config, "-lf", leases, BRIDGE]


OTHERS: dict[str, tuple[str, Callable[[Place], list[str | Path]], bytes]] = {
    "kea": ("kea-dhcp4-server", kea, b"DHCP4_STARTED"),
    "isc": ("isc-dhcp-server", isc, b"Sending on"),
}
"""Other DHCP servers: package, command, and what they say when they serve."""


@contextmanager
def dhcp(where: Place, server: str) -> Iterator[Path]:
    """One of `OTHERS`; its log."""
    package, command, ready = OTHERS[server]
    log = where.directory / f"{server}.log"
    arguments = command(where)
    _bridge_runs(where)
    with log.open("wb") as output, where.namespace.running(*arguments, output=output, env=peers.environment(package)):
        eventually(lambda: ready in log.read_bytes(), f"{server} serves")
        yield log


def _bridge_runs(where: Place) -> None:
    """Kea opens no socket on a bridge without a port that is up."""
    add = where.namespace.ip
    add("link", "add", "port0", "type", "veth", "peer", "name", "port1")
    add("link", "set", "port0", "master", BRIDGE, "up")
    add("link", "set", "port1", "up")
    state = ("cat", f"/sys/class/net/{BRIDGE}/operstate")
    eventually(lambda: where.namespace.run(*state).stdout == "up\n", "the bridge runs")


def boot(where: Place, qemu: Qemu, methods: Iterable[BootMethod]) -> dict[str, list[str]]:
    """Boot a guest of each method, and one that nobody knows; whose command line each has."""
    booted = {}
    with tap_guest.tap(where, "tap1") as port:
        for name, number in [*((method.value, NUMBERS[method]) for method in methods), ("unknown", UNKNOWN)]:
            lines = tap_guest.says(where, qemu, port, number, "Kernel command line: ")
            booted[name] = [line.rpartition("guest=")[2].split()[0] for line in lines if "Kernel command line" in line]
    return booted


METHODS = [method for method in BootMethod if method is not BootMethod.PROBE_DEFAULT]
"""Of guests; `default` is what unknown clients find."""


@pytest.mark.parametrize("qemu", qemus(), ids=str)
def test_guests_boot_each_way_from_one_root(lab: Place, qemu: Qemu) -> None:
    """By every method with the first QEMU; with others by those that a version could tell apart."""
    methods = METHODS if qemu == qemus()[0] else [BootMethod.CONFIG, BootMethod.PROBE_UUID, BootMethod.INS]
    lab.write(SETTINGS + "\n".join(map(guest_keys, METHODS)))
    root = lab.directory / "root"
    assert netipl(lab, "export", root).returncode == 0
    with dnsmasq(lab, lines_for(lab, "dnsmasq")) as log:
        booted = boot(lab, qemu, methods)
    assert booted == {name: [name] for name in booted}, log.read_text()


@pytest.mark.parametrize("server", OTHERS)
def test_other_dhcp_servers_lead_guests_to_the_same_root(lab: Place, server: str) -> None:
    methods = [BootMethod.CONFIG, BootMethod.PROBE_UUID, BootMethod.PROBE_EMPTY, BootMethod.OPTIONS]
    lab.write(SETTINGS + "\n".join(map(guest_keys, methods)))
    root = lab.directory / "root"
    assert netipl(lab, "export", root).returncode == 0
    with dnsmasq(lab, f"enable-tftp\ntftp-root={root}\n"), dhcp(lab, server) as log:
        booted = boot(lab, qemus()[0], methods)
    assert booted == {name: [name] for name in booted}, log.read_text()


@pytest.mark.parametrize("server", ["dnsmasq", *OTHERS])
def test_guests_get_their_address_or_one_of_the_pool_and_strangers_none(lab: Place, server: str) -> None:
    """With the model of the firmware, since a real guest that nobody answers takes 80 seconds to say so."""
    guests = f'[guests.one]\nmac = "{mac(1)}"\n[guests.two]\nmac = "{mac(2)}"\naddress = "192.0.2.12"\n'
    lab.write(SETTINGS.replace('unknown = "pool"', "") + guests)
    root = lab.directory / "root"
    assert netipl(lab, "export", root).returncode == 0
    lines = lines_for(lab, "dnsmasq") if server == "dnsmasq" else f"enable-tftp\ntftp-root={root}\n"
    with dnsmasq(lab, lines), dhcp(lab, server) if server in OTHERS else nullcontext():
        ask = [*NETIPL, "simulate", "--interface", BRIDGE, "--mac"]
        for number, address in ((1, "192.0.2.2"), (2, "192.0.2.12\n")):
            known = lab.namespace.run(*ask, mac(number), check=False)
            assert known.returncode == 0, known.stdout + known.stderr
            assert f"Using IPv4 address: {address}" in known.stdout
        stranger = lab.namespace.run(*ask, mac(3), "--limit", "5", check=False)
        assert stranger.returncode == 1
        assert "Using IPv4 address" not in stranger.stdout


def test_two_guests_of_the_recipe_and_a_file_called_as_the_directory(lab: Place) -> None:
    lab.write(SETTINGS + guest_keys(BootMethod.CONFIG) + guest_keys(BootMethod.PROBE_MAC))
    root = lab.directory / "root"
    root.mkdir()
    (root / "pxelinux.cfg").write_text("# pxelinux\n")
    done = netipl(lab, "export", root)
    assert done.returncode == 1
    assert "pxelinux.cfg is no directory" in done.stderr
    assert "boot.cfg" in done.stderr
    assert (root / "pxelinux.cfg").read_text() == "# pxelinux\n"


def test_a_daemon_keeps_its_directory_in_step(lab: Place) -> None:
    export = '[tftp]\nexport = "root"\n'
    user = 'user = "nobody"'
    lab.write(lab.settings(keys(1), server=user) + export)
    root = lab.directory / "root"
    with serving(lab) as daemon:
        daemon.wait_for("exported")
        assert (root / "guests/one/boot.cfg").owner() == "nobody"
        both = lab.settings(keys(1), keys(2, 'append = "x"'), server=user)
        lab.write(both.replace("[guests.one]", "[guests.uno]") + export)
        daemon.reload()
        daemon.wait_for("exported", 2)
        assert sorted(path.name for path in (root / "guests").iterdir()) == ["two", "uno"]
        (root / "guests/two/boot.cfg").write_text("theirs")
        daemon.reload()
        daemon.wait_for("a file is left as it is")
        daemon.wait_for("exported", 3)
        (root / ".netipl-export.json").write_text("spoilt")
        daemon.reload()
        daemon.wait_for("the export is not done")
        assert daemon.stop() == 0
    assert "Traceback" not in daemon.log.read_text()


def test_a_guest_that_was_added_finds_its_disk_in_the_directory_and_no_installer(lab: Place) -> None:
    """Served by dnsmasq from what the daemon exported; the command line exports the same while no daemon runs."""
    root = lab.directory / "root"
    ours, others = (root / f"pxelinux.cfg/01-{mac(number).replace(':', '-')}" for number in (1, 2))
    with lab_with(lab, settings() + '[tftp]\nexport = "root"\n') as (daemon, ask, machine, disk):
        daemon.wait_for("exported")
        before = digest(disk)
        added(ask)
        eventually(ours.exists, "it is exported")
        ask("guest", "add", "web2", "--mac", mac(2))
        eventually(others.exists, "the other too")
        ask("guest", "remove", "web2", "--yes")
        eventually(lambda: not others.exists(), "its files go")
        ask("guest", "build", "web1")
        assert daemon.stop() == 0
        done = netipl(lab, "export", root)
        assert (done.returncode, "0 added, 0 replaced, 0 removed" in done.stdout) == (0, True), (
            done.stdout + done.stderr
        )
        assert not SECRET.search(b"".join(path.read_bytes() for path in root.rglob("*") if path.is_file()))
        with dnsmasq(lab, lines_for(lab, "dnsmasq")):
            machine.start()
            assert machine.says(ON_DISK), machine.story()
        assert digest(disk) == before
