"""The C structures and calls behind batched datagrams and mapped files, in the layout of the machine we run on.

Sources: recvmmsg(2), sendmmsg(2), mmap(2), ip(7). Addresses and ports are in network order on every machine.
"""

import ctypes
import mmap
import os
from typing import Final

_C: Final = ctypes.CDLL(None, use_errno=True)


class IoVector(ctypes.Structure):
    """struct iovec."""

    _fields_ = (("base", ctypes.c_void_p), ("length", ctypes.c_size_t))


class MessageHeader(ctypes.Structure):
    """struct msghdr."""

    _fields_ = (
        ("name", ctypes.c_void_p),
        ("name_length", ctypes.c_uint32),
        ("vectors", ctypes.c_void_p),
        ("vector_count", ctypes.c_size_t),
        ("control", ctypes.c_void_p),
        ("control_length", ctypes.c_size_t),
        ("flags", ctypes.c_int),
    )


class Message(ctypes.Structure):
    """struct mmsghdr."""

    _fields_ = (("header", MessageHeader), ("length", ctypes.c_uint32))


SOCKET_ADDRESS_SIZE: Final = 16
"""sizeof(struct sockaddr_in): family (native), port, address, padding. Its first 8 bytes are the key of a peer."""

recvmmsg = _C.recvmmsg
recvmmsg.argtypes = (ctypes.c_int, ctypes.c_void_p, ctypes.c_uint, ctypes.c_int, ctypes.c_void_p)
recvmmsg.restype = ctypes.c_int

sendmmsg = _C.sendmmsg
sendmmsg.argtypes = (ctypes.c_int, ctypes.c_void_p, ctypes.c_uint, ctypes.c_int)
sendmmsg.restype = ctypes.c_int

_mmap = _C.mmap
_mmap.argtypes = (ctypes.c_void_p, ctypes.c_size_t, ctypes.c_int, ctypes.c_int, ctypes.c_int, ctypes.c_long)
_mmap.restype = ctypes.c_void_p

_munmap = _C.munmap
_munmap.argtypes = (ctypes.c_void_p, ctypes.c_size_t)

_madvise = _C.madvise
_madvise.argtypes = (ctypes.c_void_p, ctypes.c_size_t, ctypes.c_int)

_MAP_FAILED: Final = ctypes.c_void_p(-1).value


def map_file(descriptor: int, length: int) -> int:
    """The address at which the first `length` bytes of the file can be read, by the kernel only.

    Python must not touch them: where the file has been cut off, it would be killed by SIGBUS, while a system call that
    is handed the address merely fails with EFAULT. Raises OSError.
    """
    address = _mmap(None, length, mmap.PROT_READ, mmap.MAP_SHARED, descriptor, 0)
    if address is None or address == _MAP_FAILED:
        raise _error()
    return int(address)


def unmap(address: int, length: int) -> None:
    """Undoes `map_file`."""
    _munmap(address, length)


def let_go(address: int, length: int) -> None:
    """Lets the pages mapped leave this process's memory; they come back from the page cache when used."""
    _madvise(address, length, mmap.MADV_DONTNEED)


def errno() -> int:
    """Of the last call made here."""
    return ctypes.get_errno()


def _error() -> OSError:
    number = ctypes.get_errno()
    return OSError(number, os.strerror(number))
