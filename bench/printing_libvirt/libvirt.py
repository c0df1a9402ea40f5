"""Stands in for libvirt's binding: one domain that runs, whose console prints so many lines a second.

Only what the worker of netipl calls is here. PRINTS in the environment is lines a second, PRINTS_FILE counts them.
"""

import os
import threading
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any, Final

UUID: Final = "bbb4f52a-c2fa-4016-af72-c4ea0d422cbe"
XML: Final = f"""<domain type='kvm'><name>web1</name><uuid>{UUID}</uuid>
<os><type arch='s390x' machine='s390-ccw-virtio'>hvm</type></os>
<devices><interface type='bridge'><mac address='52:54:00:13:33:0a'/></interface></devices></domain>"""
LINE: Final = "[ {:5d}.{:06d}] systemd[1]: Started a service that writes as much as others do, and a little more\r\n"
BEGINNING: Final = (
    b"LOADPARM=[        ]\r\nNetwork boot starting...\r\nNetwork loading done, starting kernel...\r\n"
    b"[    0.000000] Linux version 6.1\r\n"
)
_TICK: Final = 0.01

VIR_STREAM_NONBLOCK = VIR_STREAM_EVENT_READABLE = 1
VIR_STREAM_EVENT_ERROR, VIR_STREAM_EVENT_HANGUP = 4, 8
VIR_DOMAIN_EVENT_ID_LIFECYCLE, VIR_DOMAIN_EVENT_ID_REBOOT = 0, 1
VIR_DOMAIN_XML_INACTIVE = 2
VIR_DOMAIN_PAUSED = 3


class libvirtError(Exception):  # noqa: N801 - its name there
    """Never raised."""


def virEventRegisterDefaultImpl() -> None:  # noqa: N802 - its name there
    """Nothing to register."""


def virEventRunDefaultImpl() -> None:  # noqa: N802 - its name there
    """Nothing ever happens here."""
    time.sleep(3600)


def registerErrorHandler(*_: Any) -> None:  # noqa: N802 - its name there
    """There are no errors."""


class Stream:
    """Prints in a thread from the moment that somebody waits for it."""

    def __init__(self) -> None:
        self._waiting = bytearray(BEGINNING)
        self._lock = threading.Lock()

    def eventAddCallback(self, _: int, call: Callable[..., None], opaque: object) -> None:  # noqa: N802
        threading.Thread(target=self._print, args=(call, opaque), daemon=True).start()

    def recv(self, most: int) -> bytes | int:
        with self._lock:
            data = bytes(self._waiting[:most])
            del self._waiting[:most]
        return data or -2

    def _print(self, call: Callable[..., None], opaque: object) -> None:
        rate, printed, began = int(os.environ["PRINTS"]), 0, time.monotonic()
        counted = Path(os.environ["PRINTS_FILE"])
        while True:
            due = int((time.monotonic() - began) * rate)
            lines = "".join(LINE.format(number // 1000, number % 1000) for number in range(printed, due))
            with self._lock:
                self._waiting += lines.encode()
            printed = due
            call(self, VIR_STREAM_EVENT_READABLE, opaque)
            counted.write_text(str(printed))
            time.sleep(_TICK)


class Domain:
    """The one there is."""

    def __init__(self, connection: "Connection") -> None:
        self._connection = connection

    def connect(self) -> "Connection":
        return self._connection

    def UUIDString(self) -> str:  # noqa: N802 - its name there
        return UUID

    def name(self) -> str:
        return "web1"

    def isActive(self) -> bool:  # noqa: N802 - its name there
        return True

    isPersistent = isActive  # noqa: N815 - its name there

    def state(self) -> tuple[int, int]:
        return 1, 1

    def XMLDesc(self, _: int = 0) -> str:  # noqa: N802 - its name there
        return XML

    def openConsole(self, _: object, stream: Stream, __: int) -> None:  # noqa: N802 - its name there
        """It prints when somebody waits for it."""


class Connection:
    """To nothing."""

    def __init__(self) -> None:
        self._domain = Domain(self)

    def newStream(self, _: int) -> Stream:  # noqa: N802 - its name there
        return Stream()

    def listAllDomains(self) -> list[Domain]:  # noqa: N802 - its name there
        return [self._domain]

    def lookupByUUIDString(self, _: str) -> Domain:  # noqa: N802 - its name there
        return self._domain

    def domainEventRegisterAny(self, *_: Any) -> None:  # noqa: N802 - its name there
        """No events."""

    registerCloseCallback = setKeepAlive = domainEventRegisterAny  # noqa: N815 - their names there


def open(_: str) -> Connection:  # noqa: A001 - its name there
    """Any URI will do."""
    return Connection()
