"""Read from strace: `netipl serve` has the lease of a real guest on disk before it tells the guest so."""

import re
import shutil
from pathlib import Path

import pytest

from tests import peers
from tests.e2e.serving import Place, guest, keys, serving

pytestmark = [
    pytest.mark.guest,
    pytest.mark.root,
    pytest.mark.skipif(shutil.which("qemu-system-s390x") is None, reason="needs qemu-system-s390x"),
]

CALLS = "trace=recvmsg,sendmsg,sendto,pwrite64,fsync,fdatasync"


def hexadecimal(*octets: int) -> str:
    """Octets as strace -xx writes them."""
    return "".join(f"\\x{octet:02x}" for octet in octets)


COOKIE = hexadecimal(0x63, 0x82, 0x53, 0x63)
REQUEST, ACK = hexadecimal(53, 1, 3), hexadecimal(53, 1, 5)
SYNCED = re.compile(
    r"(?:fdatasync|fsync)\(\d+<[^>]*netipl\.sqlite-wal>\)\s+= 0|<\.\.\. (?:fdatasync|fsync) resumed>.*= 0"
)


def steps(trace: str) -> list[str]:
    """What the server did, in order: `request` read, `write` to the log begun, `synced` returned, `ack` handed over."""
    found: list[str] = []
    for call in trace.splitlines():
        if "recvmsg(" in call or "recvmsg resumed" in call:
            step = "request" if COOKIE in call and REQUEST in call else None
        elif re.search(r"(sendto|sendmsg)\(", call):
            step = "ack" if COOKIE in call and ACK in call else None
        elif re.search(r"pwrite64\(\d+<[^>]*-wal>", call):
            step = "write"
        else:
            step = "synced" if SYNCED.search(call) else None
        if step and found[-1:] != [step]:
            found.append(step)
    return found


def readable_paths(trace: Path) -> str:
    """The trace with the paths that -y shows decoded; -xx writes them in hexadecimal too."""
    return re.sub(
        r"<((?:\\x[0-9a-f]{2})+)>",
        lambda found: f"<{bytes.fromhex(found.group(1).replace(chr(92) + 'x', '')).decode()}>",
        trace.read_text(),
    )


def test_fdatasync_has_returned_before_the_ack_is_sent(lab: Place) -> None:
    lab.write(lab.settings(keys(1)))
    trace = lab.directory / "trace"
    strace = (peers.program("strace", "strace"), "-D", "-f", "-y", "-xx", "-s", "4096", "-e", CALLS, "-o", trace)
    with serving(lab, *strace) as daemon, guest(lab) as machine:
        started = len(trace.read_text().splitlines())
        machine.start()
        daemon.wait_for("given, boot file")
        machine.destroy()
    seen = steps("\n".join(readable_paths(trace).splitlines()[started:]))
    assert seen.count("ack") >= 1
    between = seen[seen.index("request") + 1 : seen.index("ack")]
    assert between  # a new log is synced twice: once for its header
    assert between == ["write", "synced"] * (len(between) // 2)
