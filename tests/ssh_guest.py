"""A guest for finish scripts: OpenSSH's server on this machine, with the host key and the login that its seed has."""

import asyncio
import getpass
import os
import shutil
import socket
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from netipl.answers.facts import FinishKeys

ADDRESS = "127.0.0.1"
USER = getpass.getuser()
"""Who tests may log in as: a server without rights of root has its own user alone."""
_SEPARATED = Path("/run/sshd")
"""What a server of root wants to be there; Debian's service makes it when it starts."""


def free_port() -> int:
    with socket.create_server((ADDRESS, 0)) as there:
        return int(there.getsockname()[1])


def another_host_key(directory: Path) -> str:
    """That of somebody else."""
    path = directory / "another"
    subprocess.run(["ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-f", str(path)], check=True)
    return path.read_text()


def command(directory: Path, place: str, *, host_key: str, login: str) -> list[str]:
    """Of a server at `place`, an address with its port, which has that host key and lets that key in."""
    program = shutil.which("sshd", path=f"{os.environ['PATH']}:/usr/sbin")
    assert program is not None, "openssh-server is not installed"
    if os.geteuid() == 0:
        _SEPARATED.mkdir(mode=0o755, exist_ok=True)
    host = directory / "host_key"
    host.touch(0o600)
    host.write_text(host_key)
    (directory / "authorized_keys").write_text(f"{login}\n")
    said = {
        "ListenAddress": place,
        "HostKey": host,
        "AuthorizedKeysFile": directory / "authorized_keys",
        "PidFile": "none",
        "StrictModes": "no",
        "UsePAM": "no",
        "PasswordAuthentication": "no",
        "PermitRootLogin": "prohibit-password",
    }
    settings = directory / "sshd_config"
    settings.write_text("".join(f"{key} {value}\n" for key, value in said.items()))
    return [program, "-D", "-e", "-f", str(settings)]


@contextmanager
def sshd(directory: Path, port: int, keys: FinishKeys, *, host_key: str | None = None) -> Iterator[None]:
    """Serves until the end of the context."""
    wanted = command(directory, f"{ADDRESS}:{port}", host_key=host_key or keys.host_private, login=keys.login)
    with (directory / "sshd.log").open("wb") as log:
        started = subprocess.Popen(wanted, stdin=subprocess.DEVNULL, stderr=log)
    try:
        yield
    finally:
        started.terminate()
        started.wait()


@contextmanager
def fifo(path: Path) -> Iterator[Path]:
    """Who reads there is held until the end of the context."""
    os.mkfifo(path)
    try:
        yield path
    finally:
        descriptor = os.open(path, os.O_RDWR | os.O_NONBLOCK)
        os.write(descriptor, b"\n")
        os.close(descriptor)


async def until_somebody_asks(port: int) -> None:
    """Something answers there that is no SSH server, once."""
    asked = asyncio.Event()

    async def turned_away(_: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.close()
        asked.set()

    async with await asyncio.start_server(turned_away, ADDRESS, port):
        await asked.wait()
