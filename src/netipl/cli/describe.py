"""Timelines in words, as a person reads them: one row for each kind of thing, text from outside escaped."""

from collections.abc import Callable, Mapping
from ipaddress import IPv4Address
from typing import Protocol

from netipl.net import Mac
from netipl.provisioning.timeline import Deed, Observation, Seen
from netipl.wire import printable

_LAST_LINES = 3
_LONG = 512
_UNITS = ("B", "kB", "MB", "GB")


class Told(Protocol):
    """An observation or an event, as far as words are made of it."""

    @property
    def mac(self) -> Mac | None: ...

    @property
    def address(self) -> IPv4Address | None: ...

    @property
    def detail(self) -> Mapping[str, str | int | float]: ...


def size(count: float) -> str:
    """A number of bytes, as `4.9 MB`; decimal units, as network rates are given."""
    for unit in _UNITS[:-1]:
        if count < 1000:
            return f"{count:.0f} {unit}" if unit == "B" else f"{count:.1f} {unit}"
        count /= 1000
    return f"{count:.1f} {_UNITS[-1]}"


def describe(observation: Observation) -> tuple[str, str]:
    """Where it was seen (`dhcp`, `tftp`, `http`, `guest`) and what, in one line."""
    return words(observation.seen, observation)


def words(what: str, told: Told, by: str = "") -> tuple[str, str]:
    """The same of an event: of `what`, done `by` somebody. One that is not known here is told with all its details."""
    source, say = _ROWS.get(what, ("netipl", _with_all(what)))
    return source, say(told) + (f" (by {printable(by)})" if by else "")


def _text(told: Told, key: str) -> str:
    return printable(str(told.detail.get(key, "")))


def _number(told: Told, key: str) -> float:
    value = told.detail.get(key, 0)
    return value if isinstance(value, int | float) else 0.0


def _ack(told: Told) -> str:
    file = _text(told, "file")
    return f"{told.address} given" + (f", boot file {file!r}" if file else "")


def _offer(told: Told) -> str:
    return f"{told.address} offered"


def _finished(told: Told) -> str:
    sent, seconds = _number(told, "size"), _number(told, "seconds")
    rate = f", {size(sent / seconds)}/s" if seconds and sent >= 1_000_000 else ""
    again = _number(told, "retransmitted")
    lost = f", {again:.0f} packets sent again" if again else ""
    return f"{_text(told, 'name')}: {size(sent)}{rate}{lost}"


def _progress(told: Told) -> str:
    done = f"{size(_number(told, 'sent'))} of {size(_number(told, 'size'))}"
    return f"{_text(told, 'name')}: {done}"


def _with_reason(words: str, *keys: str) -> Callable[[Told], str]:
    def say(told: Told) -> str:
        shown = ", ".join(_text(told, key) for key in keys if told.detail.get(key) not in (None, ""))
        return f"{words}: {shown}" if shown else words

    return say


def _firmware_error(told: Told) -> str:
    return f"firmware: {_text(told, 'line')} ({_text(told, 'rule')}: {_text(told, 'remedy')})"


def _firmware_progress(told: Told) -> str:
    if "tries" in told.detail:
        return f"firmware: asks for an address, {_number(told, 'tries'):.0f} times so far"
    return f"firmware: has received {size(_number(told, 'kilobytes') * 1024)}"


def _silent(told: Told) -> str:
    return (
        f"nothing on its console for {_number(told, 'seconds'):.0f} s since `starting kernel...`: "
        f"{printable(str(told.detail.get('suspected', '')), _LONG)} ({_text(told, 'remedy')})"
    )


def _installer(told: Told) -> str:
    """The log's last lines stand for all of it."""
    said = _with_reason("the installer says", "says", "words")(told)
    last = str(told.detail.get("log", "")).splitlines()[-_LAST_LINES:]
    return said + (f" | {' | '.join(map(printable, last))}" if last else "")


def _finish_ran(told: Told) -> str:
    last = str(told.detail.get("output", "")).splitlines()[-_LAST_LINES:]
    return "the finish script ran" + (f" | {' | '.join(map(printable, last))}" if last else "")


def _with_all(words: str) -> Callable[[Told], str]:
    def say(told: Told) -> str:
        shown = "; ".join(f"{printable(key)}: {printable(str(value))}" for key, value in told.detail.items())
        return f"{printable(words)}: {shown}" if shown else printable(words)

    return say


_ROWS: Mapping[str, tuple[str, Callable[[Told], str]]] = {
    Seen.DHCP_DISCOVER: ("dhcp", lambda told: f"{told.mac} asks for an address"),
    Seen.DHCP_OFFER: ("dhcp", _offer),
    Seen.DHCP_REQUEST: ("dhcp", lambda told: f"{told.mac} requests it"),
    Seen.DHCP_ACK: ("dhcp", _ack),
    Seen.DHCP_NAK: ("dhcp", _with_reason("refused", "reason")),
    Seen.DHCP_DECLINE: ("dhcp", _with_reason("the guest found its address in use")),
    Seen.DHCP_RELEASE: ("dhcp", _with_reason("address given back: the firmware has finished")),
    Seen.DHCP_INFORM: ("dhcp", _with_reason("asks for settings only")),
    Seen.DHCP_IGNORED: ("dhcp", _with_reason("not answered", "reason")),
    Seen.BOOTP_REPLY: ("dhcp", lambda told: _ack(told) + " by plain BOOTP"),
    Seen.TFTP_MISSING: ("tftp", _with_reason("not there", "name")),
    Seen.TFTP_DENIED: ("tftp", _with_reason("denied", "name", "reason")),
    Seen.TFTP_STARTED: ("tftp", _with_reason("sends", "name")),
    Seen.TFTP_PROGRESS: ("tftp", _progress),
    Seen.TFTP_FINISHED: ("tftp", _finished),
    Seen.TFTP_FAILED: ("tftp", _with_reason("failed", "name", "reason")),
    Seen.HTTP_SERVED: ("http", _with_reason("served", "name", "status")),
    Seen.CONSOLE: ("guest", lambda told: _text(told, "line")),
    Seen.FIRMWARE: ("guest", lambda told: f"firmware: {_text(told, 'line')}"),
    Seen.FIRMWARE_ERROR: ("guest", _firmware_error),
    Seen.FIRMWARE_PROGRESS: ("guest", _firmware_progress),
    Seen.DISK_KERNEL: ("guest", _with_reason("the kernel of its disk has started")),
    Seen.CONSOLE_SILENT: ("guest", _silent),
    Seen.CONSOLE_OPENED: ("guest", _with_reason("its console is recorded", "transcript", "missed")),
    Seen.CONSOLE_LOST: ("guest", _with_reason("its console is not recorded", "reason", "remedy")),
    Seen.GUEST_ADDRESSED: ("dhcp", lambda told: f"the guest's own system has {told.address}"),
    Seen.KERNEL: ("guest", _with_reason("the kernel has started")),
    Seen.CALLBACK: ("http", _with_reason("the guest calls back", "path")),
    Seen.ANSWERS_FETCHED: ("http", _with_reason("the installer has its answers")),
    Seen.ANSWERS_FAILED: ("http", _with_reason("the installer gets no answers", "reason", "remedy")),
    Seen.ANSWERS_REFUSED: ("http", _with_reason("answers refused", "reason")),
    Seen.INSTALLER: ("guest", _installer),
    Seen.MACHINE_STARTED: ("guest", _with_reason("its machine is started")),
    Seen.MACHINE_STOPPED: ("guest", _with_reason("its machine is off", "reason")),
    Seen.MACHINE_CRASHED: ("guest", _with_reason("its machine has crashed: a disabled wait")),
    Seen.MACHINE_RESET: ("guest", _with_reason("its machine is reset")),
    Deed.GUEST_ADDED: ("netipl", _with_all("guest added")),
    Deed.GUEST_CHANGED: ("netipl", _with_all("guest changed")),
    Deed.GUEST_REMOVED: ("netipl", _with_reason("guest removed")),
    Deed.GUEST_APPROVED: ("netipl", _with_reason("guest approved")),
    Deed.GUEST_DISCOVERED: ("netipl", lambda told: f"guest discovered, with MAC {told.mac}: it waits for approval"),
    Deed.BUILD_ASKED: ("build", _with_reason("asked for, with profile", "profile")),
    Deed.BUILD_PINNED: ("build", _with_reason("this boot installs")),
    Deed.BUILD_SPENT: ("build", _with_reason("spent: all files are fetched, and no other boot installs")),
    Deed.BUILD_FINISHING: ("build", _with_reason("written: the finish script is still to run")),
    Deed.FINISH_RAN: ("build", _finish_ran),
    Deed.BUILD_DONE: ("build", _with_reason("done: the guest is installed")),
    Deed.BUILD_CANCELLED: ("build", _with_reason("cancelled")),
    Deed.BUILD_FAILED: ("build", _with_reason("failed", "cause", "remedy")),
    Deed.BOOT_BEGAN: ("boot", lambda told: f"a boot begins on {told.mac}"),
    Deed.BOOT_FAILED: ("boot", _with_reason("failed", "cause", "remedy")),
    Deed.BOOT_ENDED: ("boot", _with_reason("over", "reason")),
    Deed.CREDENTIAL_CREATED: ("netipl", _with_reason("token created", "name", "role")),
    Deed.CREDENTIAL_REVOKED: ("netipl", _with_reason("token revoked", "name")),
    Deed.PROFILE_ADDED: ("netipl", _with_all("profile added")),
    Deed.PROFILE_CHANGED: ("netipl", _with_all("profile changed")),
    Deed.PROFILE_REMOVED: ("netipl", _with_reason("profile removed", "name")),
    Deed.MEDIUM_ASKED: ("netipl", _with_reason("medium asked for", "name", "source")),
    Deed.MEDIUM_ADDED: ("netipl", _with_reason("medium added", "name", "title")),
    Deed.MEDIUM_FAILED: ("netipl", _with_reason("medium not added", "name", "reason")),
    Deed.MEDIUM_CANCELLED: ("netipl", _with_reason("import of a medium cancelled", "name")),
    Deed.MEDIUM_REMOVED: ("netipl", _with_reason("medium removed", "name")),
    Deed.BOOT_FILE_REMOVED: ("netipl", _with_reason("boot file removed", "name")),
    Deed.HOST_BUILT: ("guest", _with_reason("says to Foreman that it is built")),
    Deed.HOST_FAILED: ("guest", _with_reason("says to Foreman that its installation failed")),
    Deed.MACHINE_DEFINED: ("netipl", _with_reason("machine made", "domain", "disk")),
    Deed.MACHINE_ATTACHED: ("netipl", _with_reason("machine taken over", "domain")),
    Deed.MACHINE_RELEASED: ("netipl", _with_reason("machine left to others", "domain")),
    Deed.MACHINE_ASKED: ("netipl", _with_reason("machine asked to", "to")),
    Deed.MACHINE_RETRIED: ("netipl", lambda told: f"its firmware failed: started again, try {_text(told, 'again')}"),
    Deed.MACHINE_ORDERED: ("netipl", _with_reason("machine boots first from", "first")),
}
