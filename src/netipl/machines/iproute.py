"""Network devices through iproute2's `ip`, in the network namespace that this process is in.

Decides nothing about which devices; see `segment.py`.
"""

import subprocess

from netipl.errors import UnavailableError


def configure(*commands: str) -> None:
    """Run `ip` commands, written without the `ip`, in one go. Raises UnavailableError at the first that fails."""
    try:
        done = subprocess.run(
            ["ip", "-batch", "-"], input="\n".join(commands) + "\n", capture_output=True, text=True, check=False
        )
    except FileNotFoundError as error:
        raise UnavailableError("the program ip is not here", remedy="install the package iproute2") from error
    if done.returncode:
        raise UnavailableError(f"ip: {done.stderr.strip()} (of: {'; '.join(commands)})")
