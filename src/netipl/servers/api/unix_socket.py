"""The Unix socket of the API: a file that one daemon alone has, for its own group.

A lock beside it says whose it is: what another daemon listens on is never replaced, what a daemon left behind is.
"""

import errno
import fcntl
import grp
import os
import pwd
import socket
from contextlib import suppress
from pathlib import Path
from typing import Final

from netipl.errors import UnavailableError, UsageError

MODE: Final = 0o660
_BACKLOG: Final = 128
_LONGEST: Final = 107  # bytes of a path, sockaddr_un without its zero
_UNCHANGED: Final = -1
"""The number of a user or group that stays as it is (chown(2))."""
_AS_IT_IS: Final = (_UNCHANGED, _UNCHANGED)
_REMEDY: Final = "set socket in [api], or enabled = false"


class UnixSocket:
    """Listens from the start on; `close` removes the file. It belongs to `group`, and to `user` if root makes it.

    Raises UnavailableError and UsageError.
    """

    def __init__(self, path: Path, *, group: str | None = None, user: str | None = None) -> None:
        self.path = path
        self.socket = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM | socket.SOCK_NONBLOCK | socket.SOCK_CLOEXEC)
        self._lock = -1
        self._inode = (0, 0)
        try:
            self._listen(*_owners(user, group))
        except OSError as error:
            self.close()
            raise UnavailableError(f"{path}: {error.strerror or error}", remedy=_REMEDY) from error
        except BaseException:
            self.close()
            raise

    def close(self) -> None:
        """The file goes, if it is still this one."""
        with suppress(OSError):
            if self._inode == _inode(self.path):
                self.path.unlink()
        self.socket.close()
        if self._lock >= 0:
            os.close(self._lock)
            self._lock = -1

    def _listen(self, uid: int, gid: int) -> None:
        if len(os.fsencode(self.path)) > _LONGEST:
            raise UnavailableError(
                f"{self.path} is longer than the {_LONGEST} bytes of a socket's path", remedy=_REMEDY
            )
        self._take_lock(uid)
        _remove_stale(self.path)
        before = os.umask(0o777 & ~MODE)  # nobody else can connect before it has its group
        try:
            self.socket.bind(str(self.path))
        finally:
            os.umask(before)
        self._inode = _inode(self.path)
        if (uid, gid) != _AS_IT_IS:  # it may be a right that this process has not
            os.chown(self.path, uid, gid)
        self.socket.listen(_BACKLOG)

    def _take_lock(self, uid: int) -> None:
        lock = self.path.with_name(f"{self.path.name}.lock")
        self._lock = os.open(lock, os.O_RDWR | os.O_CREAT | os.O_NOFOLLOW | os.O_CLOEXEC, 0o600)
        try:
            fcntl.flock(self._lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as error:
            raise UnavailableError(f"{self.path}: another netipl has it", remedy=f"stop that, or {_REMEDY}") from error
        if uid != _UNCHANGED:
            os.fchown(self._lock, uid, _UNCHANGED)  # so that the next daemon of this user can have it


def _remove_stale(path: Path) -> None:
    """What nobody listens on, though no netipl with a lock has it. Raises OSError and UnavailableError."""
    if not path.is_socket():
        if path.exists() or path.is_symlink():
            raise UnavailableError(f"{path} is no socket", remedy="remove it, or set socket in [api]")
        return
    with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM | socket.SOCK_NONBLOCK) as asking:
        found = asking.connect_ex(str(path))
    if found != errno.ECONNREFUSED:
        raise UnavailableError(f"{path}: somebody else listens there", remedy=f"stop that, or {_REMEDY}")
    path.unlink()


def _inode(path: Path) -> tuple[int, int]:
    found = path.lstat()
    return found.st_dev, found.st_ino


def _owners(user: str | None, group: str | None) -> tuple[int, int]:
    """The numbers of both. Raises UsageError."""
    uid, gid = _AS_IT_IS
    if user is not None and os.geteuid() == 0:
        try:
            entry = pwd.getpwnam(user)
        except KeyError:
            raise UsageError(f"there is no user {user}", remedy=f"useradd --system {user}") from None
        uid, gid = entry.pw_uid, entry.pw_gid
    if group is not None:
        try:
            gid = grp.getgrnam(group).gr_gid
        except KeyError:
            raise UsageError(f"there is no group {group}", remedy=f"groupadd --system {group}") from None
    return uid, gid
