"""`netipl serve` with real guests: who boots what, how its settings change, how it ends, and why it does not start."""

import re
import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests import peers
from tests.e2e.serving import BRIDGE, NETIPL, SERVER, Place, guest, keys, mac, serving
from tests.network_namespaces import Namespace, eventually, namespaces, veth

pytestmark = [
    pytest.mark.guest,
    pytest.mark.root,
    pytest.mark.skipif(shutil.which("qemu-system-s390x") is None, reason="needs qemu-system-s390x"),
]


def test_a_guest_boots_and_sigterm_stops_the_daemon_clean(lab: Place) -> None:
    lab.write(lab.settings(keys(1)))
    with serving(lab) as daemon, guest(lab) as machine:
        machine.start()
        assert machine.boots(), machine.story()
        workers = daemon.workers()
        assert daemon.stop() == 0
        assert [pid for pid in workers if Path(f"/proc/{pid}").exists()] == []
    assert daemon.lines()[-1]["event"] == "stopping"
    assert not [line for line in daemon.lines() if line["level"] in ("warning", "error")]
    assert "Traceback" not in daemon.log.read_text()


def test_sighup_takes_a_new_guest_and_a_wrong_file_changes_nothing(lab: Place) -> None:
    lab.write(lab.settings(keys(1)))
    with serving(lab) as daemon, guest(lab, 2) as machine:
        lab.write(lab.settings(keys(1), keys(2)))
        daemon.reload()
        daemon.wait_for("settings read again")
        assert not daemon.said("wait for the next start")
        lab.write(lab.settings(keys(1), keys(2)) + "[http]\nport = 8070\n")
        daemon.reload()
        daemon.wait_for("some changes wait for the next start")
        assert daemon.said("some changes wait for the next start")[0]["keys"] == "http"
        lab.write(lab.settings(keys(1)).replace("address", "adress"))
        daemon.reload()
        daemon.wait_for("the settings stay as they were")
        machine.start()
        assert machine.boots(), machine.story()
        complaint = daemon.said("the settings stay as they were")[0]
        assert "adress" in complaint["reason"] + complaint["remedy"]
        assert str(lab.config) in complaint["reason"]
        assert daemon.stop() == 0


def test_a_plan_that_changes_is_for_the_next_boot(lab: Place) -> None:
    lab.write(lab.settings(keys(1, 'append = "console=ttysclp0 first"', 'initrd = "initrd"')))
    with serving(lab) as daemon, guest(lab) as machine:
        machine.start()
        daemon.wait_for_middle_of("initrd")
        lab.write(lab.settings(keys(1, 'append = "console=ttysclp0 second"')))
        daemon.reload()
        daemon.wait_for("settings read again")
        machine.start_line = "Kernel command line: "
        assert machine.boots(), machine.story()
        assert any(line.endswith("ttysclp0 first") for line in machine.console)
        machine.start()
        assert machine.boots(), machine.story()
        assert any(line.endswith("ttysclp0 second") for line in machine.console)


def test_who_is_no_guest_gets_no_answer(lab: Place) -> None:
    lab.write(lab.settings(keys(1)))
    capture = lab.directory / "capture"
    tcpdump = (peers.program("tcpdump", "tcpdump"), "--immediate-mode", "-U", "-Z", "root", "-n", "-i", BRIDGE)
    with (
        lab.namespace.running(*tcpdump, "-w", capture, "src", SERVER, "and", "udp", env=peers.environment("tcpdump")),
        serving(lab) as daemon,
        guest(lab, 9) as stranger,
        guest(lab, 1) as ours,
    ):
        eventually(lambda: capture.exists() and capture.stat().st_size, "tcpdump captures")
        stranger.start()
        daemon.wait_for("not answered", 2)
        stranger.destroy()
        nothing = capture.stat().st_size
        ours.start()
        assert ours.boots(), ours.story()
        assert {line["guest"] for line in daemon.said("not answered")} == {mac(9)}
        assert not any(line["guest"] == mac(9) for line in daemon.said("offered"))
        eventually(lambda: capture.stat().st_size > nothing, "the capture sees answers")
    assert nothing == 24, "the header of the capture alone"


@pytest.fixture
def client(lab: Place) -> Iterator[Namespace]:
    """A namespace that is guest one: its MAC and its address are on its end of a cable to the bridge."""
    with namespaces("client") as (made,):
        veth(lab.namespace, "p1", None, made, "eth0", None)
        lab.namespace.ip("link", "set", "p1", "master", BRIDGE)
        made.ip("link", "set", "eth0", "address", mac(1))
        yield made


TAKE_THE_ADDRESS = """\
#!/bin/sh
[ "$1" = bound ] && ip address add "$ip/$mask" dev "$interface"
"""
"""Nothing more: the namespace has its own interfaces, but the files of the host."""


def address(client: Namespace, directory: Path) -> str:
    """The address that a DHCP client gets there, which it then has."""
    busybox, environment = peers.program("busybox", "busybox"), peers.environment("busybox")
    script = directory / "udhcpc"
    script.write_text(TAKE_THE_ADDRESS)
    script.chmod(0o755)
    client.run(busybox, "udhcpc", "-i", "eth0", "-f", "-q", "-n", "-t", "20", "-T", "1", "-s", script, env=environment)
    shown = client.run("ip", "-4", "-o", "address", "show", "dev", "eth0").stdout
    found = re.search(r"inet ([0-9.]+)/", shown)
    assert found is not None, shown
    return found[1]


def fetched(client: Namespace, url: str) -> bytes | None:
    """By curl; None when the server says that there is no such thing, or that it is not for us."""
    done = subprocess.run(
        client.command("curl", "--silent", "--fail", "--max-time", "30", url), capture_output=True, check=False
    )
    assert done.returncode in (0, 22, 68, 69), done  # HTTP error, TFTP not found, TFTP not allowed
    return None if done.returncode else done.stdout


@pytest.mark.skipif(shutil.which("curl") is None, reason="needs curl")
@pytest.mark.parametrize("tree", [f"tftp://{SERVER}", f"http://{SERVER}:8069"])
def test_a_guest_gets_its_own_files_and_no_other_guests_configuration(lab: Place, client: Namespace, tree: str) -> None:
    (lab.directory / "secret").write_bytes(b"another's initrd")
    lab.write(lab.settings(keys(1), keys(2, 'append = "password=2"', 'initrd = "secret"')))
    with serving(lab):
        assert address(client, lab.directory) == "192.0.2.10"
        configuration = fetched(client, f"{tree}/guests/one/boot.cfg")
        assert configuration is not None
        names = dict(line.split(" ", 1) for line in configuration.decode().splitlines())
        assert fetched(client, f"{tree}/{names['kernel']}") == (lab.directory / "kernel").read_bytes()
        assert fetched(client, f"{tree}/{names['initrd']}") == bytes(4096)
        assert fetched(client, f"{tree}/guests/two/boot.cfg") is None
        assert fetched(client, f"{tree}/guests/../guests/two/boot.cfg") is None
        assert fetched(client, f"{tree}//etc/passwd") is None


def refusal(lab: Place, settings: str) -> tuple[int, str]:
    """What a daemon that cannot start says, with its exit status."""
    config = lab.directory / "other.toml"
    config.write_text(settings)
    done = lab.namespace.run(*NETIPL, "serve", "--config", config, check=False)
    assert "Traceback" not in done.stderr, done.stderr[-3000:]
    return done.returncode, done.stderr


def test_a_second_daemon_says_who_has_the_state_directory(lab: Place) -> None:
    lab.write(lab.settings(keys(1)))
    with serving(lab) as daemon:
        status, said = refusal(lab, lab.settings(keys(1)))
        assert status == 3
        assert f"another netipl uses {lab.directory}/state/run" in said
        no_ports = "".join(f"[{each}]\nenabled = false\n" for each in ("dhcp", "tftp", "http", "api"))
        status, said = refusal(lab, no_ports + lab.settings(keys(1)))
        assert status == 3
        assert f"{daemon.process.pid}" in said
        assert f"{lab.directory}/state" in said
        assert daemon.process.poll() is None


@pytest.mark.parametrize(
    ("protocol", "port"), [("tftp", 69), ("http", 8069), ("dhcp", 67)], ids=["TFTP", "HTTP", "DHCP"]
)
def test_a_port_in_use_is_named_with_a_remedy(lab: Place, protocol: str, port: int) -> None:
    kind = "SOCK_STREAM" if protocol == "http" else "SOCK_DGRAM"
    program = (
        f"import socket, time; s = socket.socket(socket.AF_INET, socket.{kind}); s.bind(('0.0.0.0', {port}));"
        f"print('bound', flush=True); {'s.listen();' if protocol == 'http' else ''} time.sleep(1000)"
    )
    taken = subprocess.Popen(lab.namespace.command("python3", "-c", program), stdout=subprocess.PIPE)
    try:
        assert taken.stdout is not None
        assert taken.stdout.readline() == b"bound\n"
        status, said = refusal(lab, lab.settings(keys(1)))
    finally:
        taken.kill()
        taken.communicate()
    assert status == 3
    assert str(port) in said
    assert len(said.strip().splitlines()) >= 2, "a message and a remedy"


def test_a_file_that_is_wrong_is_told_with_file_key_and_remedy(lab: Place) -> None:
    status, said = refusal(lab, lab.settings(keys(1)).replace("address", "adress"))
    assert status == 2
    assert "other.toml" in said
    assert "guests.one.adress" in said
