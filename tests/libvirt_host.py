"""A host with a real libvirtd of its own: mount, network and pid namespaces, so nothing outlives it and nothing is
shared with the libvirt, bridges, firewall and names of the machine it runs on. Root only.
"""

import os
import shutil
import signal
import subprocess
import tempfile
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import IO

DEADLINE = 120.0
"""Seconds that anything may take before its test fails."""

_DEFAULT_NETWORK = Path("/usr/share/libvirt/networks/default.xml")

_INSIDE = """
set -eu
mount --make-rprivate /
mount -t proc proc /proc
umount --recursive --lazy /sys  # with the control groups, which libvirtd would make some in
mount -t sysfs sysfs /sys
mount -t tmpfs -o mode=755 tmpfs /run
cp -a /etc /run/etc  # so that settings, too, are of this host alone
mount --bind /run/etc /etc
for each in /var/lib /etc/libvirt /var/log/libvirt /var/cache/libvirt; do
    mkdir -p "$each"
    mount -t tmpfs -o mode=755 tmpfs "$each"
done
mkdir -p /run/lock /etc/libvirt/qemu /var/log/libvirt/qemu
mkdir -p /var/lib/misc /var/lib/libvirt/images /var/lib/libvirt/dnsmasq
printf 'nameserver 192.0.2.1\\n' >/run/resolv.conf
mount --bind /run/resolv.conf "$(readlink -f /etc/resolv.conf)"
ip link set lo up
echo ready
while :; do sleep 3600 & wait $!; done  # and so reaps whatever loses its parent
"""


@dataclass(frozen=True, slots=True)
class LibvirtHost:
    """`directory` is for files, and its path is the same inside and outside; every user may enter it."""

    pid: int
    directory: Path

    def command(self, *arguments: str | Path) -> list[str | Path]:
        return ["nsenter", "--target", str(self.pid), "--mount", "--net", "--pid", "--", *arguments]

    def run(
        self,
        *arguments: str | Path,
        env: Mapping[str, str] | None = None,
        check: bool = True,
        timeout: float = DEADLINE,
        stdin: str | None = None,
    ) -> subprocess.CompletedProcess[str]:
        """Run to the end inside, output captured; it may fail when `check` is false."""
        done = subprocess.run(
            self.command(*arguments), check=False, env=env, timeout=timeout, input=stdin, capture_output=True, text=True
        )
        if check and done.returncode:
            raise AssertionError(f"{arguments}: {done.returncode}\n{done.stdout}\n{done.stderr}")
        return done

    def virsh(self, *arguments: str | Path, check: bool = True) -> str:
        return self.run("virsh", "--quiet", *arguments, check=check).stdout

    @contextmanager
    def running(
        self, *arguments: str | Path, output: IO[bytes] | None = None, env: Mapping[str, str] | None = None
    ) -> Iterator[subprocess.Popen[bytes]]:
        """Started inside now, and ended on leaving, by SIGTERM first."""
        process = subprocess.Popen(
            self.command(*arguments),
            env=env,
            stdin=subprocess.DEVNULL,
            stdout=output or subprocess.DEVNULL,
            stderr=output or subprocess.DEVNULL,
        )
        try:
            yield process
        finally:
            _signal(process, signal.SIGTERM)
            try:
                process.wait(DEADLINE)
            except subprocess.TimeoutExpired:
                _signal(process, signal.SIGKILL)
                process.wait()

    def start_libvirtd(self) -> None:
        """With virtlogd, which has the logs of consoles; returns when it answers."""
        self.run("virtlogd", "--daemon")
        self.run("libvirtd", "--daemon")
        self.wait_for(lambda: self.run("virsh", "uri", check=False).returncode == 0, "libvirtd answers")

    def stop_libvirtd(self, number: int = signal.SIGTERM) -> None:
        """Its networks and guests go on."""
        self.run("sh", "-c", f"kill -{number} $(cat /run/libvirtd.pid)")
        self.wait_for(lambda: self.run("virsh", "uri", check=False).returncode != 0, "libvirtd has ended")

    def define_default_network(self) -> None:
        """As Debian's package makes it, and active."""
        self.virsh("net-define", _DEFAULT_NETWORK)
        self.virsh("net-start", "default")

    @staticmethod
    def wait_for(is_so: Callable[[], bool], what: str) -> None:
        until = time.monotonic() + DEADLINE
        while not is_so():
            assert time.monotonic() < until, f"not in time: {what}"
            time.sleep(0.05)


def _signal(nsenter: subprocess.Popen[bytes], number: int) -> None:
    """To the program: nsenter waits for it, and hands no signal on."""
    with suppress(FileNotFoundError):  # it has ended by itself
        for pid in Path(f"/proc/{nsenter.pid}/task/{nsenter.pid}/children").read_text().split():
            os.kill(int(pid), number)


@contextmanager
def libvirt_host(*, libvirtd: bool = True) -> Iterator[LibvirtHost]:
    """Made now; on leaving all its processes are killed, and its namespaces go with them."""
    directory = Path(tempfile.mkdtemp(prefix="netipl-libvirt-"))
    directory.chmod(0o755)
    holder = subprocess.Popen(
        ["unshare", "--mount", "--net", "--pid", "--fork", "--kill-child", "sh", "-c", _INSIDE],
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        text=True,
    )
    try:
        assert holder.stdout is not None
        assert holder.stdout.readline() == "ready\n"
        children = Path(f"/proc/{holder.pid}/task/{holder.pid}/children").read_text().split()
        host = LibvirtHost(int(children[0]), directory)
        if libvirtd:
            host.start_libvirtd()
        yield host
    finally:
        holder.kill()
        holder.wait()
        if holder.stdout is not None:
            holder.stdout.close()
        shutil.rmtree(directory)
