"""A way from our network namespace to the outside, for guests that install from the Internet: by pasta or slirp4netns.

A helper starts outside, before the namespace is entered, and waits; then it attaches the namespace with the user's own
rights. Inside, frames from the guests are forwarded and masqueraded. The helper ends with us: its standard input does.
Sources: pasta(1), slirp4netns(1), nft(8).
"""

import os
import shutil
import subprocess
import time
from ipaddress import IPv4Address
from pathlib import Path
from typing import Self

from netipl.errors import UnavailableError
from netipl.machines import iproute

INTERFACE = "uplink0"
NAME_SERVER = IPv4Address("10.0.2.3")
"""Forwards to the name server of the host, for guests of a namespace with an uplink."""

_PROGRAMS = {  # in order of preference; $1 is the process in the namespace
    "pasta": (
        "pasta --foreground --quiet --ipv4-only --config-net --ns-ifname uplink0 --no-map-gw --dns-forward 10.0.2.3"
        ' -t none -u none -T none -U none {as_whom} "$1"'
    ),
    "slirp4netns": 'slirp4netns --configure --mtu=1500 --disable-host-loopback "$1" uplink0',
}
_WAIT_THEN_ATTACH = """\
read -r process || exit 0
set -- "$process"
{attach} &
attached=$!
exec 3<&0
( read -r _ <&3; kill $attached ) 2>/dev/null &
wait $attached
"""
_NAT = """\
table ip netipl {
  chain postrouting {
    type nat hook postrouting priority srcnat
    oifname "uplink0" masquerade
  }
}
"""
_PATIENCE = 15.0  # seconds for the interface to appear
_LOOK_AGAIN = 0.02  # seconds


class Uplink:
    """The helper, from `prepare` before the namespace to `close`. Not for use by several threads."""

    def __init__(self, helper: "subprocess.Popen[str]", program: str) -> None:
        self._helper = helper
        self.program = program

    @classmethod
    def prepare(cls) -> Self:
        """Start the waiting helper; to be called before `namespace.enter(user_namespace=True)`.

        pasta enters no namespace of plain root's, hence the user namespace. Raises UnavailableError.
        """
        program = next((name for name in _PROGRAMS if shutil.which(name)), None)
        if program is None:
            raise UnavailableError(
                "neither pasta nor slirp4netns is here", remedy="install the package passt, or leave out --uplink"
            )
        if shutil.which("nft") is None:
            raise UnavailableError("the program nft is not here", remedy="install the package nftables")
        attach = _PROGRAMS[program].format(as_whom="--runas 0" if os.geteuid() == 0 else "")
        helper = subprocess.Popen(
            ["sh", "-c", _WAIT_THEN_ATTACH.format(attach=attach)],
            stdin=subprocess.PIPE,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.PIPE,
            text=True,
        )
        return cls(helper, program)

    def connect(self) -> None:
        """Attach the namespace that this process is in now. Raises UnavailableError."""
        assert self._helper.stdin is not None  # asked for by `prepare`
        self._helper.stdin.write(f"{os.getpid()}\n")
        self._helper.stdin.flush()
        deadline = time.monotonic() + _PATIENCE
        while not _has_default_route():
            if self._helper.poll() is not None or time.monotonic() > deadline:
                raise self._failure()
            time.sleep(_LOOK_AGAIN)
        Path("/proc/sys/net/ipv4/ip_forward").write_text("1")
        done = subprocess.run(["nft", "-f", "-"], input=_NAT, capture_output=True, text=True, check=False)
        if done.returncode:
            raise UnavailableError(f"nft: {done.stderr.strip()}", remedy="load the kernel's nf_tables and nft_masq")

    def close(self) -> None:
        """Detach and end the helper."""
        if self._helper.stdin is not None:
            self._helper.stdin.close()
        self._helper.wait()
        if self._helper.stderr is not None:
            self._helper.stderr.close()

    def _failure(self) -> UnavailableError:
        if self._helper.stdin is not None:
            self._helper.stdin.close()
        said = self._helper.stderr.read().strip() if self._helper.stderr is not None else ""
        return UnavailableError(
            f"{self.program} made no uplink: {said or 'no default route appeared'}",
            remedy="allow this user to open /dev/net/tun, or leave out --uplink",
        )


def _has_default_route() -> bool:
    return INTERFACE in iproute.show("-4", "route", "show", "default")
