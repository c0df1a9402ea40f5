"""What the daemon keeps of root's rights once its ports are open: raw sockets and low ports.

Programs that it starts get nothing. Sources: capabilities(7), prctl(2), capset(2).

Works the same where root is only root of a user namespace, and takes nothing from a process that has nothing. The
kernel keeps all of this for each thread apart: drop before the second one starts.
"""

import ctypes
import grp
import os
import pwd
from contextlib import suppress
from pathlib import Path

from netipl.errors import UnavailableError, UsageError

CAP_SETPCAP, CAP_NET_BIND_SERVICE, CAP_NET_RAW = 8, 10, 13
KEPT = frozenset({CAP_NET_BIND_SERVICE, CAP_NET_RAW})

_PR_SET_KEEPCAPS, _PR_CAPBSET_READ, _PR_CAPBSET_DROP = 8, 23, 24
_PR_SET_NO_NEW_PRIVS, _PR_CAP_AMBIENT, _PR_CAP_AMBIENT_CLEAR_ALL = 38, 47, 4
_VERSION_3 = 0x20080522
_MOST_CAPABILITIES = 64

_libc = ctypes.CDLL(None, use_errno=True)


class _Header(ctypes.Structure):
    _fields_ = (("version", ctypes.c_uint32), ("pid", ctypes.c_int))


class _Sets(ctypes.Structure):
    """Half of the sets: capabilities 0 to 31, and in a second one 32 to 63."""

    _fields_ = (("effective", ctypes.c_uint32), ("permitted", ctypes.c_uint32), ("inheritable", ctypes.c_uint32))


def prepare_directory(path: Path, user: str | None, *, mode: int = 0o750, group: str | None = None) -> None:
    """Make `path` with `mode`, and give it to `user` and `group` where they are named.

    Raises UsageError and UnavailableError.
    """
    try:
        if not path.is_dir():
            path.mkdir(parents=True, exist_ok=True)
            path.chmod(mode)
        if user is not None and os.geteuid() == 0:
            entry = _entry(user)
            os.chown(path, entry.pw_uid, entry.pw_gid)
    except OSError as error:
        remedy = "start as root, or set state_directory and run_directory in [server], and export in [tftp]"
        raise UnavailableError(f"{path}: {error.strerror}", remedy=remedy) from error
    if group is not None:
        _give(path, group)


def drop(user: str | None = None) -> None:
    """Keep `KEPT` of what there is, become `user`, and let no program that is started have more.

    Raises UsageError for a user that is not known, UnavailableError where this process may not become it.
    """
    if len([*Path("/proc/self/task").iterdir()]) > 1:
        raise RuntimeError("a thread that runs already would keep all rights")
    _prctl(_PR_SET_NO_NEW_PRIVS, 1)
    permitted = _permitted()
    if permitted >> CAP_SETPCAP & 1:
        _drop_bounding_set()
    if user is not None and os.geteuid() == 0:
        _become(_entry(user))
    with suppress(OSError):  # EINVAL before Linux 4.3, which has no ambient set
        _prctl(_PR_CAP_AMBIENT, _PR_CAP_AMBIENT_CLEAR_ALL)
    _set(permitted & sum(1 << capability for capability in KEPT))


def _become(entry: pwd.struct_passwd) -> None:
    """All three user and group identifiers, and no groups but the user's own; capabilities stay permitted."""
    _prctl(_PR_SET_KEEPCAPS, 1)
    try:
        os.initgroups(entry.pw_name, entry.pw_gid)
        os.setresgid(entry.pw_gid, entry.pw_gid, entry.pw_gid)
        os.setresuid(entry.pw_uid, entry.pw_uid, entry.pw_uid)
    except OSError as error:
        remedy = "leave out user in [server]: in a user namespace there is no other user"
        raise UnavailableError(f"becoming {entry.pw_name}: {error.strerror}", remedy=remedy) from error
    _prctl(_PR_SET_KEEPCAPS, 0)


def _entry(user: str) -> pwd.struct_passwd:
    try:
        return pwd.getpwnam(user)
    except KeyError:
        raise UsageError(f"there is no user {user}", remedy=f"useradd --system {user}") from None


def _give(path: Path, group: str) -> None:
    """Raises UsageError, and UnavailableError where this process is no member of `group`."""
    try:
        os.chown(path, -1, grp.getgrnam(group).gr_gid)
    except KeyError:
        raise UsageError(f"there is no group {group}", remedy=f"groupadd --system {group}") from None
    except OSError as error:
        remedy = f"start as root, or as a member of {group}: SupplementaryGroups= in the unit of systemd"
        raise UnavailableError(f"{path} for the group {group}: {error.strerror}", remedy=remedy) from error


def _drop_bounding_set() -> None:
    for capability in range(_MOST_CAPABILITIES):
        try:
            if _prctl(_PR_CAPBSET_READ, capability):
                _prctl(_PR_CAPBSET_DROP, capability)
        except OSError:  # EINVAL: this kernel has no more
            return


def _permitted() -> int:
    sets = (_Sets * 2)()
    _checked(_libc.capget(ctypes.byref(_Header(_VERSION_3, 0)), sets))
    return int(sets[0].permitted) | int(sets[1].permitted) << 32


def _set(capabilities: int) -> None:
    """Permitted and effective; nothing is inheritable."""
    low, high = capabilities & 0xFFFFFFFF, capabilities >> 32
    sets = (_Sets * 2)(_Sets(low, low, 0), _Sets(high, high, 0))
    _checked(_libc.capset(ctypes.byref(_Header(_VERSION_3, 0)), sets))


def _prctl(operation: int, argument: int) -> int:
    nothing = ctypes.c_ulong(0)
    return _checked(_libc.prctl(operation, ctypes.c_ulong(argument), nothing, nothing, nothing))


def _checked(result: int) -> int:
    if result < 0:
        number = ctypes.get_errno()
        raise OSError(number, os.strerror(number))
    return result
