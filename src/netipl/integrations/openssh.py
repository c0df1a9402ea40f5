"""OpenSSH's client, run as a program: a script on a guest whose host key is known before it has booted.

No configuration and no key of the system or of a user is looked at. Sources: ssh(1), ssh_config(5), ssh-keygen(1).
"""

import asyncio
import os
import shlex
import shutil
import subprocess
from asyncio.subprocess import PIPE, STDOUT
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass
from ipaddress import IPv4Address
from pathlib import Path
from typing import Final

from netipl.errors import UnavailableError

USER: Final = "root"
PORT: Final = 22
NAME: Final = "guest"
"""Stands for the guest among the known hosts, whatever address it has."""
_SECONDS: Final = 60
"""For a key; it takes far less."""
_MOST_OUTPUT: Final = 1 << 14
"""Bytes that are kept, the last ones."""
_BEGUN: Final = b"netipl: the finish script begins\n"
_REMEDY: Final = "install OpenSSH's client on the daemon's host (apt install openssh-client), or take `finish` out"

_PROGRAM: Final = f"""
file=$(mktemp /var/tmp/netipl-finish.XXXXXX) || exit 1
trap 'rm -f "$file"' EXIT
cat >"$file" && chmod 700 "$file" || exit 1
echo {shlex.quote(_BEGUN.decode().strip())}
"$file" </dev/null 2>&1
status=$?
[ "$status" -lt 255 ] || status=254
exit "$status"
"""
"""The script comes on standard input, and is a file, so that it may name its interpreter and read nothing of itself.

Both its outputs are one, in their order. 255 is what ssh itself ends with.
"""

_OPTIONS: Final = {
    "BatchMode": "yes",
    "IdentitiesOnly": "yes",
    "IdentityAgent": "none",
    "PreferredAuthentications": "publickey",
    "StrictHostKeyChecking": "yes",
    "HostKeyAlias": NAME,
    "HostKeyAlgorithms": "ssh-ed25519",
    "GlobalKnownHostsFile": "/dev/null",
    "UpdateHostKeys": "no",
    "CheckHostIP": "no",
    "ControlPath": "none",
    "ClearAllForwardings": "yes",
    "ForwardAgent": "no",
    "ConnectTimeout": "10",
    "ServerAliveInterval": "15",
    "ServerAliveCountMax": "4",
    "LogLevel": "ERROR",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Login:
    """`identity` is a private key, `known_hosts` a file with the host key of `NAME`."""

    address: IPv4Address
    identity: Path
    known_hosts: Path
    user: str = USER
    port: int = PORT


class Said:
    """What one run has said: of its own the script, once it has begun, else ssh."""

    def __init__(self) -> None:
        self.began = False
        self.output = b""

    def add(self, chunk: bytes) -> None:
        self.output += chunk
        if not self.began and _BEGUN in self.output:
            self.began, self.output = True, self.output.partition(_BEGUN)[2]
        self.output = self.output[-_MOST_OUTPUT:]


def demand() -> None:
    """Raises UnavailableError where a program is not here."""
    for program in ("ssh", "ssh-keygen"):
        if shutil.which(program) is None:
            raise UnavailableError(f"finish scripts are run by {program}, which is not there", remedy=_REMEDY)


def make_key(path: Path, comment: str) -> None:
    """An Ed25519 key without a passphrase, which is not there yet: `path` and `path`.pub. Blocks.

    Raises UnavailableError.
    """
    command = ["ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-C", comment, "-f", str(path)]
    try:
        done = subprocess.run(command, capture_output=True, check=False, timeout=_SECONDS, stdin=subprocess.DEVNULL)
    except FileNotFoundError:
        raise UnavailableError("keys are made by ssh-keygen, which is not there", remedy=_REMEDY) from None
    except subprocess.TimeoutExpired:
        raise UnavailableError("ssh-keygen does not end", remedy="see what keeps the daemon's host busy") from None
    if done.returncode != 0:
        words = done.stderr.decode("utf-8", "replace").strip() or f"status {done.returncode}"
        raise UnavailableError(f"{path}: no key could be made: {words}", remedy="see that the state directory is sound")


def known_host(public: str) -> str:
    """The line of a known_hosts file for that host key."""
    return f"{NAME} {' '.join(public.split()[:2])}\n"


def command(login: Login) -> Sequence[str]:
    """Of one run."""
    options = {**_OPTIONS, "UserKnownHostsFile": str(login.known_hosts)}
    said = [word for key, chosen in options.items() for word in ("-o", f"{key}={chosen}")]
    place = ["-F", "none", "-T", "-i", str(login.identity), "-p", str(login.port), "-l", login.user]
    return ("ssh", *said, *place, str(login.address), f"/bin/sh -c {shlex.quote(_PROGRAM)}")


async def run(login: Login, script: Path, said: Said) -> int:
    """Runs the program in the file `script` there; `said` grows meanwhile. Its status, or 255 where ssh is at fault.

    The run ends with whoever waits for it. Raises UnavailableError.
    """
    try:
        with script.open("rb") as text:
            started = await asyncio.create_subprocess_exec(
                *command(login), stdin=text, stdout=PIPE, stderr=STDOUT, env=_environment(), start_new_session=True
            )
    except OSError as error:
        remedy = _REMEDY if isinstance(error, FileNotFoundError) else "see that the state directory is sound"
        raise UnavailableError(f"ssh cannot be run: {error.strerror}", remedy=remedy) from error
    try:
        assert started.stdout is not None  # a pipe
        while chunk := await started.stdout.read(_MOST_OUTPUT):
            said.add(chunk)
        return await started.wait()
    finally:
        with suppress(ProcessLookupError):
            started.kill()
        await started.wait()


def _environment() -> dict[str, str]:
    """Nothing of the daemon's, which may hold secrets and the socket of an agent."""
    return {"PATH": os.environ.get("PATH", os.defpath), "LC_ALL": "C"}
