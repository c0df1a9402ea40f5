"""`netipl boot`: one guest and its verdict, from a whole boot to what cannot boot, and what is left of it."""

import os
import shutil
import signal
import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.e2e.commands import Run, ended, run, running
from tests.network_namespaces import eventually
from tests.real_firmware import fake_kernel
from tests.users import USERS

pytestmark = [
    pytest.mark.guest,
    pytest.mark.skipif(shutil.which("qemu-system-s390x") is None, reason="needs qemu-system-s390x"),
]

SELF = "root" if os.geteuid() == 0 else "user"
A_USER = pytest.mark.parametrize("user", USERS)


def test_the_last_line_tells_when_the_kernel_started(tmp_path: Path) -> None:
    done = run(SELF, "boot")
    assert done.status == 0, (done.errors, done.lines[-12:])
    assert "the kernel started after" in done.lines[-1]
    assert any("the guest calls back" in line for line in done.lines)
    assert any("netipl: called back" in line for line in done.lines)


@A_USER
def test_until_kernel_the_guest_is_ended_at_its_kernels_first_line(user: str) -> None:
    done = run(user, "boot", "--until", "kernel", "--json")
    assert done.status == 0, (done.errors, done.lines[-12:])
    lines = [event["line"] for event in done.events if event["seen"] in ("console", "kernel")]
    assert lines[-1] == next(event["line"] for event in done.events if event["seen"] == "kernel")
    assert (done.left, done.temporary) == ([], [])


def image(directory: Path, content: bytes) -> Path:
    path = directory / "kernel"
    path.write_bytes(content)
    return path


def elf() -> bytes:
    return Path(os.path.realpath(shutil.which("sh") or "/bin/sh")).read_bytes()


@pytest.mark.parametrize(
    ("content", "verdict"),
    [
        pytest.param(elf(), "no raw s390x kernel image, but an ELF file", id="an ELF file"),
        pytest.param(b"hello\n", "no raw s390x kernel image, as S390EP is not at 0x10008", id="text"),
        pytest.param(bytes(0x20000), "as S390EP is not at 0x10008", id="zeros where the magic should be"),
        pytest.param(b"", "no raw s390x kernel image, but empty", id="an empty file"),
    ],
)
def test_what_is_no_kernel_fails_and_the_last_line_says_what_it_is(
    tmp_path: Path, content: bytes, verdict: str
) -> None:
    done = run(SELF, "boot", "--kernel", image(tmp_path, content), "--limit", "8")
    assert done.status == 1
    assert "this will hardly start" in done.lines[0]
    assert verdict in done.lines[0]
    assert "no kernel started" in done.lines[-1]
    assert verdict in done.lines[-1]


def test_with_json_every_line_of_output_is_json(tmp_path: Path) -> None:
    done = run(SELF, "boot", "--json", "--kernel", image(tmp_path, b"hello\n"), "--limit", "8")
    assert len(done.events) == len(done.lines) > 0
    assert "this will hardly start" in done.errors


def test_a_kernel_that_says_nothing_has_not_started(tmp_path: Path) -> None:
    done = run(SELF, "boot", "--kernel", image(tmp_path, fake_kernel(0x20000)))
    assert done.status == 1
    assert done.lines[-1].endswith("no kernel started")


def test_a_guest_that_takes_longer_than_its_limit_is_ended(tmp_path: Path) -> None:
    forever = bytearray(fake_kernel(0x20000))
    forever[0x10000:0x10004] = b"\xa7\xf4\x00\x00"  # J to itself
    done = run(SELF, "boot", "--kernel", image(tmp_path, bytes(forever)), "--limit", "5")
    assert done.status == 1
    assert done.lines[-1].endswith("no kernel started within 5 s")
    assert (done.left, done.temporary) == ([], [])


@A_USER
def test_qemus_own_network_boots_too(user: str) -> None:
    done = run(user, "boot", "--qemu-user-net", "--until", "kernel", "--method", "probe-mac")
    assert done.status == 0, (done.errors, done.lines[-12:])
    assert not any(" dhcp " in line for line in done.lines), "our servers had no part in it"


def test_a_bad_line_to_the_guest_is_made_up_for() -> None:
    done = run(SELF, "boot", "--to-guest", "loss=0.02", "--seed", "3", "--until", "kernel", "--json")
    assert done.status == 0, (done.errors, done.lines[-12:])
    assert sum(event["retransmitted"] for event in done.events if event["seen"] == "tftp-finished") > 0


def test_a_relative_path_is_meant_from_where_the_command_was_given(tmp_path: Path) -> None:
    kernel = os.path.relpath(image(tmp_path, fake_kernel(0x20000)))
    done = run(SELF, "boot", "--kernel", kernel, "--initrd", kernel, "--json")
    sizes = [event["size"] for event in done.events if event["seen"] == "tftp-finished"][-2:]
    assert sizes == [0x20000, 0x20000]


def test_an_initrd_of_100_mib_is_loaded_past_block_65535(tmp_path: Path) -> None:
    initrd = tmp_path / "initrd"
    with initrd.open("wb") as file:
        file.truncate(100 << 20)
    done = run(SELF, "boot", "--initrd", initrd, "--until", "kernel", "--json")
    assert done.status == 0, (done.errors, done.lines[-12:])
    assert 100 << 20 in [event["size"] for event in done.events if event["seen"] == "tftp-finished"]


@pytest.mark.parametrize(
    ("arguments", "status", "message", "remedy"),
    [
        (["--uuid", "mine"], 2, "'mine' is no UUID", "uuidgen"),
        (["--mac", "mine"], 2, "'mine' is no MAC address", "52:54:00"),
        (["--to-guest", "los=1"], 2, "no impairment is called los", "loss=0.01"),
        (["--from-guest", "loss=2"], 2, "loss is a probability", "loss=0.01"),
        (["--qemu-user-net", "--method", "bootp"], 2, "cannot boot by bootp", "use one of config"),
        (["--method", "luck"], 2, "'luck'", "probe-mac"),
        (["--memory", "64"], 2, "greater than or equal to 128", "boot -h"),
        (["--kernel", "/nowhere/kernel"], 3, "/nowhere/kernel", "put the file there"),
        (["--initrd", "/nowhere/initrd"], 3, "/nowhere/initrd", "put the file there"),
        (["--qemu", "/nowhere/qemu"], 3, "/nowhere/qemu is not here", "qemu-system-s390x"),
        (["--qemu", "/bin/false"], 3, "/bin/false does not tell its version", ""),
    ],
    ids=lambda value: " ".join(value) if isinstance(value, list) else "",
)
def test_what_cannot_be_tried_names_cause_and_remedy(
    arguments: list[str], status: int, message: str, remedy: str
) -> None:
    done = run(SELF, "boot", *arguments)
    said = " ".join(done.errors.replace("│", " ").split())
    assert (done.status, "Traceback" in said) == (status, False)
    assert message in said
    assert remedy in said
    assert done.temporary == []


def interrupt_group(begun: Run) -> None:
    """Ctrl-C: the terminal tells every process of the foreground."""
    os.killpg(begun.process.pid, signal.SIGINT)


def interrupt_one(begun: Run) -> None:
    begun.process.send_signal(signal.SIGINT)


def devices() -> set[str]:
    names = subprocess.run(["ip", "-o", "link"], capture_output=True, text=True, check=True).stdout
    return {line.split(": ")[1] for line in names.splitlines()}


def terminate(begun: Run) -> None:
    begun.process.terminate()


@pytest.mark.parametrize(
    ("interrupt", "as_told"),
    [
        pytest.param(interrupt_group, 130, id="by Ctrl-C"),
        pytest.param(interrupt_one, 130, id="by SIGINT to it alone"),
        pytest.param(terminate, 143, id="by SIGTERM"),
    ],
)
@A_USER
def test_interrupted_it_leaves_nothing_behind(user: str, interrupt: Callable[[Run], None], as_told: int) -> None:
    with running(user, "boot", "--json", "--to-guest", "delay=0.001") as begun:
        begun.wait_for("tftp-progress")
        assert any("qemu" in words[0] for words in begun.programs())
        assert any("netipl.machines.link" in words for words in begun.programs())
        interrupt(begun)
        status = begun.wait()
        done = ended(begun, status)
    assert (status, done.left, done.temporary) == (as_told, [], [])
    assert "Traceback" not in done.errors
    assert not {name for name in devices() if name.startswith(("netipl0", "g9001"))}


def is_a_worker(words: list[str]) -> bool:
    return "netipl.servers.tftp.worker" in words


def test_killed_it_takes_its_machines_along_and_only_a_worker_holds_its_port_for_a_while() -> None:
    with running(SELF, "boot", "--json", "--to-guest", "delay=0.001") as begun:
        begun.wait_for("tftp-progress")
        assert len(begun.programs()) >= 4, "itself, a worker, the link and QEMU"
        begun.process.kill()
        begun.wait()
        eventually(lambda: all(map(is_a_worker, begun.programs())), "the link and QEMU end")
