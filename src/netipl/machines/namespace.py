"""A network namespace of our own, entered by this process before it has any thread.

Root makes just a network namespace; anybody else a user namespace around it, in which the user is mapped to root: the
files of the user stay the user's, and nothing is left behind, since both die with their last process.
Sources: unshare(2), user_namespaces(7), network_namespaces(7).
"""

import ctypes
import os
from pathlib import Path

from netipl.errors import UnavailableError
from netipl.machines import iproute

CLONE_NEWUSER = 0x10000000
CLONE_NEWNET = 0x40000000

_SWITCHES = (  # file, the value that forbids, how to allow
    ("kernel/unprivileged_userns_clone", "0", "sysctl -w kernel.unprivileged_userns_clone=1"),
    ("kernel/apparmor_restrict_unprivileged_userns", "1", "sysctl -w kernel.apparmor_restrict_unprivileged_userns=0"),
    ("user/max_user_namespaces", "0", "sysctl -w user.max_user_namespaces=10000"),
    ("user/max_net_namespaces", "0", "sysctl -w user.max_net_namespaces=10000"),
)
_OTHER_WAY = "use --qemu-user-net, which needs no namespace"


def enter(*, user_namespace: bool = False) -> None:
    """Move this process into a new network namespace whose loopback is up; it is root there.

    With `user_namespace`, root too gets a user namespace around it. To be called once, before any thread is started
    and before the event loop. Raises UnavailableError.
    """
    threads = len(list(Path("/proc/self/task").iterdir()))
    if threads > 1:
        raise RuntimeError(f"a namespace is entered before there are threads, and there are {threads}")
    try:
        _unshare(user_namespace=user_namespace)
    except OSError as error:
        raise UnavailableError(
            f"no network namespace can be made here: {error.strerror}", remedy=_remedy(Path("/proc/sys"))
        ) from error
    iproute.configure("link set lo up")


def _unshare(*, user_namespace: bool) -> None:
    if os.geteuid() == 0 and not user_namespace:
        try:
            return _call_unshare(CLONE_NEWNET)
        except PermissionError:  # root of a container without CAP_SYS_ADMIN: as anybody else
            pass
    user, group = os.geteuid(), os.getegid()
    _call_unshare(CLONE_NEWUSER | CLONE_NEWNET)
    Path("/proc/self/setgroups").write_text("deny")
    Path("/proc/self/uid_map").write_text(f"0 {user} 1")
    Path("/proc/self/gid_map").write_text(f"0 {group} 1")
    return None


def _call_unshare(flags: int) -> None:
    """unshare(2); `os.unshare` exists from Python 3.12 on. Raises OSError."""
    if ctypes.CDLL(None, use_errno=True).unshare(flags):
        number = ctypes.get_errno()
        raise OSError(number, os.strerror(number))


def _remedy(sysctls: Path) -> str:
    """What to change, by the switches of the kernel that forbid namespaces now."""
    for file, forbidding, command in _SWITCHES:
        switch = sysctls / file
        if switch.exists() and switch.read_text().strip() == forbidding:
            return f"as root run: {command}; or {_OTHER_WAY}"
    return f"run as root, or {_OTHER_WAY}"
