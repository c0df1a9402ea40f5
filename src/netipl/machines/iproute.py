"""Network devices through iproute2's `ip`, in the network namespace that this process is in.

Decides nothing about which devices; see `segment.py`.
"""

import subprocess
from collections.abc import Sequence

from netipl.errors import UnavailableError


def configure(*commands: str) -> None:
    """Run `ip` commands, written without the `ip`, in one go. Raises UnavailableError at the first that fails."""
    _run(["-batch", "-"], "\n".join(commands) + "\n")


def show(*arguments: str) -> str:
    """What one `ip` command prints. Raises UnavailableError."""
    return _run(arguments, "")


def _run(arguments: Sequence[str], given: str) -> str:
    try:
        done = subprocess.run(["ip", *arguments], input=given, capture_output=True, text=True, check=False)
    except FileNotFoundError as error:
        raise UnavailableError("the program ip is not here", remedy="install the package iproute2") from error
    if done.returncode:
        raise UnavailableError(f"ip {' '.join(arguments)}: {done.stderr.strip()} {given.strip()}".strip())
    return done.stdout
