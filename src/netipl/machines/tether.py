"""Run a program that ends when its parent does: `python -I -S tether.py PARENT-PID PROGRAM ARGUMENTS...`.

PR_SET_PDEATHSIG survives exec, but between fork and exec of a program with threads nothing may be run safely, so a
fresh interpreter sets it. Run by path, with few imports, since every start of a guest waits for it. Source: prctl(2).
"""

import ctypes
import os
import signal
import sys

PR_SET_PDEATHSIG = 1


def tethered(*command: str) -> list[str]:
    """`command` as a command line that runs it tethered to this process, with the same pid as its interpreter."""
    return [sys.executable, "-I", "-S", __file__, str(os.getpid()), *command]


def tether(parent: int) -> None:
    """Have this process killed when `parent` ends, and at once if it already has."""
    ctypes.CDLL(None, use_errno=True).prctl(PR_SET_PDEATHSIG, signal.SIGKILL)
    if os.getppid() != parent:
        sys.exit(1)


if __name__ == "__main__":
    tether(int(sys.argv[1]))
    os.execvp(sys.argv[2], sys.argv[2:])  # noqa: S606 - replacing ourselves by the program is the purpose
