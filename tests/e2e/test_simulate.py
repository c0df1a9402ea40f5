"""`netipl simulate` against the real `netipl serve`, and once against dnsmasq, on a bridge in a namespace."""

import hashlib
import json
import tempfile
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from ipaddress import IPv4Address, IPv4Network
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest

from netipl.content import Content, FileRange, Inline
from netipl.guests.guest import BootFiles, BootMethod, Guest
from netipl.guests.network import Network
from netipl.integrations.payload import reipl_program
from netipl.net import Mac
from netipl.store.planner import Offered, Planner
from tests import peers
from tests.e2e.serving import BRIDGE, NETIPL, SERVER, Place, place, serving
from tests.network_namespaces import Namespace, eventually, namespaces
from tests.unit.images.kernels import kernel

pytestmark = pytest.mark.root

METHODS = list(BootMethod)
APPEND = "console=ttysclp0"
CROWD = 200
WITHOUT_RIGHTS = ("setpriv", "--inh-caps=-all", "--bounding-set=-all")


def mac(number: int) -> str:
    return f"52:54:00:13:a1:{number:02x}"


def uuid(number: int) -> UUID:
    return UUID(int=0x9B6E2A0C << 96 | number)


@dataclass(frozen=True, slots=True)
class Simulated:
    """A run of `netipl simulate --json`."""

    status: int
    guests: list[dict[str, Any]]  # Any: JSON
    summary: dict[str, Any]
    errors: str


def simulate(namespace: Namespace, *arguments: str, before: Sequence[str] = ()) -> Simulated:
    done = namespace.run(*before, *NETIPL, "simulate", "--json", *arguments, check=False, timeout=240)
    lines = [json.loads(line) for line in done.stdout.splitlines()]
    return Simulated(done.returncode, lines[:-1], lines[-1] if lines else {}, done.stderr)


@pytest.fixture(scope="module")
def lab() -> Iterator[Place]:
    """`netipl serve` with a guest for each method, its address ending in 10 and more, and a pool for all others."""
    with tempfile.TemporaryDirectory(prefix="netipl-test-") as name:
        directory = Path(name)
        (directory / "kernel").write_bytes(kernel(size=1_500_000))
        (directory / "initrd").write_bytes(b"initrd" * 7777)
        with place(directory) as made:
            made.write(_settings())
            with serving(made):
                yield made


def _settings() -> str:
    guests = [
        f'[guests.{method}]\nmac = "{mac(number)}"\nuuid = "{uuid(number)}"\naddress = "{address(number)}"\n'
        f'method = "{method}"\n'
        for number, method in enumerate(METHODS)
    ]
    return "\n".join(
        [
            '[server]\nstate_directory = "state"\nrun_directory = "state/run"\n[http]\nenabled = false',
            f'[tftp]\nallow = ["{SERVER}/32"]',
            f'[networks.lab]\ninterface = "{BRIDGE}"\nsubnet = "192.0.2.0/24"\nserver = "{SERVER}"',
            'pools = ["192.0.2.50-192.0.2.254"]\nunknown = "pool"',
            f'[default]\nkernel = "kernel"\ninitrd = "initrd"\nappend = "{APPEND}"\nmethod = "config"',
            *guests,
        ]
    )


def address(number: int) -> str:
    return f"192.0.2.{10 + number}"


def promised(lab: Place, number: int) -> dict[str, str]:
    """The sums of the files that the guest of that method is to get, by name."""
    files = BootFiles(kernel=lab.directory / "kernel", initrd=lab.directory / "initrd", append=APPEND)
    guest = Guest(name=METHODS[number].value, uuid=uuid(number), method=METHODS[number], boot=files)
    network = Network(name="lab", subnet=IPv4Network("192.0.2.0/24"), server=IPv4Address(SERVER))
    offered = Offered(profiles={}, program=reipl_program(), http_port=8069)
    planner = Planner(offered, lambda _: None, complain=lambda _, error: pytest.fail(str(error)))
    plan = planner.plan_for(guest, network, Mac.parse(mac(number)), IPv4Address(address(number)))
    assert plan
    return {name: hashlib.sha256(whole(content)).hexdigest() for name, content in plan.tree.items()}


def whole(content: Content) -> bytes:
    data = b""
    for segment in content.segments:
        if isinstance(segment, Inline):
            data += segment.data
        elif isinstance(segment, FileRange):
            data += segment.path.read_bytes()[segment.offset : segment.offset + segment.length]
        else:
            data += bytes(segment.length)
    return data


@pytest.mark.parametrize("number", range(len(METHODS)), ids=[method.value for method in METHODS])
@pytest.mark.parametrize("qemu", [(), ("--firmware", "11.1")], ids=["strictest", "newest"])
def test_every_boot_method_gives_the_kernel_its_bytes(lab: Place, number: int, qemu: tuple[str, ...]) -> None:
    run = simulate(
        lab.namespace, "--interface", BRIDGE, "--mac", mac(number), "--uuid", str(uuid(number)), "--limit", "120", *qemu
    )
    (guest,) = run.guests
    assert (run.status, guest["verdict"], guest["address"]) == (0, "kernel", address(number)), guest
    assert {file["name"].removeprefix("/"): file["sha256"] for file in guest["files"]} == promised(lab, number)


def test_with_a_fiftieth_of_the_frames_lost_both_ways_it_still_boots(lab: Place) -> None:
    run = simulate(lab.namespace, "--interface", BRIDGE, "--loss", "0.02", "--seed", "3", "--guests", "3")
    assert (run.status, run.summary["reasons"]) == (0, {"kernel": 3})


def test_hundreds_boot_at_once(lab: Place) -> None:
    run = simulate(lab.namespace, "--interface", BRIDGE, "--guests", str(CROWD), "--mac", "52:54:00:13:a2:00")
    assert (run.status, run.summary["reasons"]) == (0, {"kernel": CROWD})
    assert len({guest["address"] for guest in run.guests}) == CROWD
    assert len({file["sha256"] for guest in run.guests for file in guest["files"] if "/kernel" in file["name"]}) == 1


def test_one_guest_shows_the_console_of_the_firmware_and_its_verdict(lab: Place) -> None:
    done = lab.namespace.run(*NETIPL, "simulate", "--interface", BRIDGE, "--mac", mac(0), "--uuid", str(uuid(0)))
    assert f"  Using IPv4 address: {address(0)}\n" in done.stdout
    assert "Network loading done, starting kernel..." in done.stdout
    assert done.stdout.splitlines()[-1].startswith("the kernel is started (")


def test_many_guests_are_a_table(lab: Place) -> None:
    done = lab.namespace.run(*NETIPL, "simulate", "--interface", BRIDGE, "--guests", "3")
    assert [line.split() for line in done.stdout.splitlines()][1] == ["3", "kernel:", "the", "kernel", "is", "started"]
    assert "time to kernel, median" in done.stdout
    assert "MB/s" in done.stdout


def test_nothing_of_it_stays_on_the_bridge(lab: Place) -> None:
    simulate(lab.namespace, "--interface", BRIDGE)
    assert lab.namespace.run("ip", "-brief", "link", "show", "master", BRIDGE).stdout == ""


def test_a_tftp_server_alone_is_asked_without_any_rights(lab: Place) -> None:
    run = simulate(
        *(lab.namespace, "--server", SERVER, "--boot-file", f"guests/{METHODS[0]}/boot.cfg"), before=WITHOUT_RIGHTS
    )
    assert run.guests[0]["cause"] == "file-missing", "its address is no guest's, so it is served no guest's files"
    assert (run.status, run.guests[0]["verdict"]) == (1, "halted")


def test_a_server_that_is_not_there_is_told_by_icmp(lab: Place) -> None:
    run = simulate(lab.namespace, "--server", "127.0.0.1", "--boot-file", "boot.cfg", "--limit", "100")
    assert (run.status, run.guests[0]["cause"]) == (1, "unreachable")
    assert '  TFTP error: ICMP ERROR "port unreachable"' in run.guests[0]["console"]


def test_the_limit_ends_it(lab: Place) -> None:
    run = simulate(lab.namespace, "--interface", "lo", "--limit", "1")
    assert (run.status, run.summary["reasons"]) == (1, {"unfinished": 1})


@pytest.mark.parametrize(
    ("arguments", "status", "words"),
    [
        (["--interface", "none-such"], 3, "there is no interface none-such"),
        (["--interface", "lo", "--server", "192.0.2.1"], 2, "either --interface or --server"),
        ([], 2, "where are the guests to boot?"),
        (["--interface", "lo", "--boot-file", "x"], 2, "add --server"),
        (["--server", "boots.example"], 2, "no IPv4 address"),
        (["--interface", "lo", "--firmware", "newest"], 2, "no version"),
        (["--interface", "lo", "--mac", "ff:ff:ff:ff:ff:ff", "--guests", "2"], 2, "MAC addresses"),
        (["--interface", "lo", "--loss", "2"], 2, "--loss"),
    ],
)
def test_a_mistake_has_its_exit_status_and_its_words(lab: Place, arguments: list[str], status: int, words: str) -> None:
    run = simulate(lab.namespace, *arguments)
    assert (run.status, run.guests) == (status, [])
    assert words in run.errors


def test_an_interface_that_is_down_is_named(lab: Place) -> None:
    lab.namespace.ip("link", "add", "down0", "type", "bridge")
    run = simulate(lab.namespace, "--interface", "down0")
    assert (run.status, "ip link set down0 up" in run.errors) == (3, True)


def test_without_rights_an_interface_cannot_be_used(lab: Place) -> None:
    run = simulate(lab.namespace, "--interface", BRIDGE, before=WITHOUT_RIGHTS)
    assert (run.status, "run it as root" in run.errors) == (3, True)


def test_dnsmasq_boots_it_too_by_probing() -> None:
    program = peers.program("dnsmasq-base", "dnsmasq")
    with tempfile.TemporaryDirectory(prefix="netipl-test-") as name, namespaces("dnsmasq") as (namespace,):
        made = Place(namespace, Path(name))
        made.add_bridge()
        tree = made.directory / "tree"
        (tree / "pxelinux.cfg").mkdir(parents=True)
        (tree / "pxelinux.cfg" / "default").write_text("default l\nlabel l\nkernel k\ninitrd i\nappend a\n")
        (tree / "k").write_bytes(kernel())
        (tree / "i").write_bytes(b"i" * 5000)
        for path in (made.directory, *tree.rglob("*")):
            path.chmod(0o755)
        command = (
            *(program, "--keep-in-foreground", "--conf-file=/dev/null", "--port=0", "--user=root", "--no-ping"),
            *(
                f"--interface={BRIDGE}",
                "--bind-interfaces",
                f"--pid-file={name}/pid",
                f"--dhcp-leasefile={name}/leases",
            ),
            *("--dhcp-range=192.0.2.50,192.0.2.99", "--dhcp-boot=/", "--enable-tftp", f"--tftp-root={tree}"),
        )
        log = made.directory / "log"
        with (
            log.open("wb") as output,
            made.namespace.running(*command, output=output, env=peers.environment("dnsmasq-base")),
        ):
            eventually(lambda: ":67 " in made.namespace.run("ss", "-Hunl").stdout, "dnsmasq listens")
            run = simulate(made.namespace, "--interface", BRIDGE, "--limit", "120")
            assert run.status == 0, (run, log.read_text())
            names = [file["name"] for file in run.guests[0]["files"]]
            assert names == ["/pxelinux.cfg/default", "k", "i"]
            served = simulate(made.namespace, "--server", SERVER, "--boot-file", "/", before=WITHOUT_RIGHTS)
            assert (served.status, served.guests[0]["verdict"]) == (0, "kernel")
