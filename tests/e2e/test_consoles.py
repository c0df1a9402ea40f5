"""Consoles of real guests on a real libvirtd: from the first line on, by several at once, and what fails explained."""

import json
import os
import pty
import re
import select
import shutil
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

import pytest

from netipl.firmware.spoken.signs import Sign
from tests.e2e.libvirt import by_hand
from tests.e2e.libvirt_lab import DEADLINE, SETTINGS, LibvirtLab, libvirt_lab
from tests.e2e.serving import NETIPL
from tests.real_firmware import fake_kernel

pytestmark = [
    pytest.mark.guest,
    pytest.mark.timeout(900),  # several boots of real guests, one after the other
    pytest.mark.root,
    pytest.mark.skipif(shutil.which("qemu-system-s390x") is None, reason="needs qemu-system-s390x"),
    pytest.mark.skipif(shutil.which("libvirtd") is None, reason="needs libvirtd"),
]

SECRET = "netipl_0123456789abcdefghijklmnopqrstuvwxyzABCDEFG"
WITH_SHELL = SETTINGS.replace("netipl.callback={callback}/done", f"netipl.keep x={SECRET}")
PROMPT = "/ # "
RECIPE = [
    r"LOADPARM=\[ {8}\]",
    r"Network boot starting\.\.\.",
    r"  Using MAC address: .*",
    r"  Requesting information via DHCP: done",
    r"  Using IPv4 address: 192\.0\.2\.100",
    r"  Using TFTP server: 192\.0\.2\.1",
    r"  Bootfile name: '/'",
    r"Trying pxelinux\.cfg files\.\.\.",
    r"  TFTP: Received /pxelinux\.cfg/.* \(\d+ bytes\)",
    r"Loading pxelinux\.cfg entry 'netipl'",
    r"  Receiving data:  \d+ KBytes",
    r"  TFTP: Received boot/.*/kernel \(\d+ KBytes\)",
    r"  Receiving data:  \d+ KBytes",
    r"  TFTP: Received boot/.*/initrd \(\d+ KBytes\)",
    r"Network loading done, starting kernel\.\.\.",
    r"\[ +\d\.\d+\] Linux version .*",
    r"\[ +\d\.\d+\] setup: Linux is running under KVM in 64-bit mode",
]


class Seat:
    """A person at `netipl guest console`."""

    def __init__(self, keyboard: int, process: "subprocess.Popen[bytes]") -> None:
        self._keyboard = keyboard
        self.process = process
        self.seen = ""

    def types(self, keys: str) -> None:
        os.write(self._keyboard, keys.encode())

    def until(self, words: str) -> None:
        until = time.monotonic() + DEADLINE
        while words not in self.seen:
            assert time.monotonic() < until, self.seen[-2000:]
            if select.select([self._keyboard], [], [], 1)[0]:
                self.seen += os.read(self._keyboard, 65536).decode("utf-8", "replace")


def environment(lab: LibvirtLab) -> dict[str, str]:
    return {**os.environ, "NETIPL_API": str(lab.directory / "state/run/api.sock")}


@contextmanager
def seat(lab: LibvirtLab, name: str) -> Iterator[Seat]:
    ours, theirs = pty.openpty()
    command = lab.host.command(*NETIPL, "guest", "console", name)
    process = subprocess.Popen(
        command, stdin=theirs, stdout=theirs, stderr=theirs, env=environment(lab), start_new_session=True
    )
    os.close(theirs)
    try:
        yield Seat(ours, process)
    finally:
        with suppress(OSError):
            os.write(ours, b"\x1d")
        process.terminate()
        process.wait(DEADLINE)
        os.close(ours)


@contextmanager
def looking_on(lab: LibvirtLab, name: str, *options: str) -> Iterator[Path]:
    output = lab.directory / f"seen{len(options)}"
    command = (*NETIPL, "guest", "console", name, *options)
    with output.open("wb") as file, lab.host.running(*command, output=file, env=environment(lab)):
        yield output


def in_order(lines: list[str], patterns: list[str]) -> bool:
    left = iter(lines)
    return all(any(re.fullmatch(pattern, line) for line in left) for pattern in patterns)


def test_a_console_from_its_first_line_on_by_several_at_once() -> None:
    with libvirt_lab(WITH_SHELL) as lab:
        lab.run("guest", "define", "web1", "--profile", "quick", "--memory", "512", "--disk", "none")
        lab.run("guest", "build", "web1", "--start")
        with (
            seat(lab, "web1") as person,
            looking_on(lab, "web1", "--read-only") as text,
            looking_on(lab, "web1", "--read-only", "--json") as lines,
        ):
            person.until(PROMPT)
            person.types("printf '\\033[31mRED%s\\n' X; cat /proc/cmdline\r")
            person.until("\x1b[31mREDX")  # as the guest printed it, for who sits there
            person.until(SECRET)
            lab.wait_for(lambda: "x=netipl_..." in text.read_text(), "the other sees it too")
            lab.wait_for(lambda: "netipl_..." in _texts(lines), "and the program")
            person.types("\x1d")
            assert person.process.wait(DEADLINE) == 0
        for seen in (text.read_text(), _texts(lines)):
            assert "REDX" in seen
            assert "\x1b" not in seen
            assert SECRET not in seen
        log = lab.run("guest", "console", "web1", "--log", "newest")
        assert in_order(log.splitlines(), RECIPE), log[:3000]
        assert SECRET not in log
        assert SECRET not in "".join(path.read_text() for path in (lab.directory / "state/consoles/web1").iterdir())
        _timeline_has_it(lab)
        _goes_on_after_libvirtd_was_restarted(lab)


def _texts(lines: Path) -> str:
    return "".join(json.loads(line).get("text", "") for line in lines.read_text().splitlines() if line.endswith("}"))


def _timeline_has_it(lab: LibvirtLab) -> None:
    assert [sign for sign in _signs(lab, "web1") if sign != Sign.LOSS] == [
        *(Sign.IPL, Sign.NETWORK, Sign.DHCP, Sign.ADDRESS, Sign.SERVER, Sign.BOOT_FILE, Sign.PROBING),
        *(Sign.RECEIVED, Sign.ENTRY, Sign.RECEIVED, Sign.RECEIVED, Sign.STARTING),
    ]
    [opened] = lab.happened("web1", "console-opened")
    assert "missed" not in opened["detail"]
    [kernel] = lab.happened("web1", "kernel")
    assert kernel["boot"] == lab.shown("web1")["boot"]["id"]


def _goes_on_after_libvirtd_was_restarted(lab: LibvirtLab) -> None:
    """Its guest runs on meanwhile; what is typed then comes to it, and into the same transcript."""
    lab.host.stop_libvirtd()
    lab.host.run("libvirtd", "--daemon")
    with seat(lab, "web1") as person:
        lab.wait_for(lambda: _types(person, lab), "the console is open again")
        person.until("AGAIN-9")
    log = lab.run("guest", "console", "web1", "--log", "newest")
    assert log.startswith("LOADPARM")
    assert "[netipl: what came here was not seen]" in log
    assert "AGAIN-9" in log
    assert len(lab.run("guest", "console", "web1", "--list").splitlines()) == 1


def _types(person: Seat, lab: LibvirtLab) -> bool:
    """Until libvirt is there again, nobody can."""
    person.types("echo AGAIN-$((3 * 3))\r")
    time.sleep(1)
    with suppress(AssertionError):
        log = lab.run("guest", "console", "web1", "--log", "newest")
        return "AGAIN-9" in log
    return False


def test_silence_behind_the_firmware_names_what_is_suspected() -> None:
    with libvirt_lab(SETTINGS) as lab:
        (lab.directory / "debian/kernel").write_bytes(fake_kernel(100_000))
        lab.run("guest", "define", "web1", "--profile", "quick", "--memory", "512", "--disk", "none")
        lab.run("guest", "build", "web1", "--start")
        told = ("console-silent", "boot-failed")  # it hangs, or it crashes
        lab.wait_for(lambda: any(lab.happened("web1", what) for what in told), "it is explained")
        [event, *_] = [event for what in told for event in lab.happened("web1", what)]
        assert event["detail"]["rule"] == "kernel-is-none"
        words = event["detail"].get("suspected") or event["detail"]["cause"]
        assert "kernel is gzipped, or no kernel for s390x; or its kernel writes to another console" in words
        assert event["detail"]["remedy"]
        assert not lab.happened("web1", "kernel")


def test_what_the_firmware_complains_of_is_told_where_another_server_has_its_boots() -> None:
    with libvirt_lab(SETTINGS) as lab:
        lab.host.define_default_network()
        by_hand.define(lab.host)
        lab.run("guest", "attach", "test")
        lab.host.virsh("start", "test")
        lab.wait_for(lambda: "gave-up" in _signs(lab, "test"), "the firmware has given up")
        errors = lab.happened("test", "firmware-error")
        assert {event["detail"]["rule"] for event in errors} == {"unreachable"}
        assert all("start a TFTP server on port 69" in event["detail"]["remedy"] for event in errors)
        [opened] = lab.happened("test", "console-opened")
        text = lab.run("guest", "console", "test", "--log", "newest")
        assert "port unreachable" in text
        # somebody else has started it: unless netipl came while libvirt still did, lines may be missing
        assert opened["detail"].get("missed") == "its first lines may be missing" or text.startswith("LOADPARM=")


def _signs(lab: LibvirtLab, name: str) -> list[str]:
    return [event["detail"]["sign"] for event in lab.happened(name, "firmware")]


def test_a_console_that_somebody_else_has_open_stays_theirs() -> None:
    with libvirt_lab(WITH_SHELL) as lab:
        lab.run("guest", "define", "web1", "--profile", "quick", "--memory", "512", "--disk", "none")
        lab.run("guest", "build", "web1", "--start")
        lab.wait_for(lambda: lab.happened("web1", "console-opened"), "it is recorded")
        ours, theirs = pty.openpty()
        other = subprocess.Popen(
            lab.host.command("virsh", "console", "web1", "--force"), stdin=theirs, stdout=theirs, stderr=theirs
        )
        try:
            lab.wait_for(lambda: lab.happened("web1", "console-lost"), "netipl says that it has lost it")
            [lost] = lab.happened("web1", "console-lost")
            assert lost["detail"]["reason"] == "somebody else has its console open"
            assert other.poll() is None
        finally:
            os.write(ours, b"\x1d")
            other.wait(DEADLINE)
            os.close(ours)
            os.close(theirs)
        with seat(lab, "web1") as person:
            lab.wait_for(lambda: _types(person, lab), "it is recorded again when they have left")
