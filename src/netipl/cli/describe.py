"""Observations in words, as a person reads a timeline: one row for each kind, text from outside escaped."""

from collections.abc import Callable, Mapping

from netipl.provisioning.timeline import Observation, Seen
from netipl.wire import printable

_UNITS = ("B", "kB", "MB", "GB")


def size(count: float) -> str:
    """A number of bytes, as `4.9 MB`; decimal units, as network rates are given."""
    for unit in _UNITS[:-1]:
        if count < 1000:
            return f"{count:.0f} {unit}" if unit == "B" else f"{count:.1f} {unit}"
        count /= 1000
    return f"{count:.1f} {_UNITS[-1]}"


def describe(observation: Observation) -> tuple[str, str]:
    """Where it was seen (`dhcp`, `tftp`, `http`, `guest`) and what, in one line."""
    source, words = _ROWS[observation.seen]
    return source, words(observation)


def _text(observation: Observation, key: str) -> str:
    return printable(str(observation.detail.get(key, "")))


def _number(observation: Observation, key: str) -> float:
    value = observation.detail.get(key, 0)
    return value if isinstance(value, int | float) else 0.0


def _ack(observation: Observation) -> str:
    file = _text(observation, "file")
    return f"{observation.address} given" + (f", boot file {file!r}" if file else "")


def _offer(observation: Observation) -> str:
    return f"{observation.address} offered"


def _finished(observation: Observation) -> str:
    sent, seconds = _number(observation, "size"), _number(observation, "seconds")
    rate = f", {size(sent / seconds)}/s" if seconds and sent >= 1_000_000 else ""
    again = _number(observation, "retransmitted")
    lost = f", {again:.0f} packets sent again" if again else ""
    return f"{_text(observation, 'name')}: {size(sent)}{rate}{lost}"


def _progress(observation: Observation) -> str:
    done = f"{size(_number(observation, 'sent'))} of {size(_number(observation, 'size'))}"
    return f"{_text(observation, 'name')}: {done}"


def _with_reason(words: str, *keys: str) -> Callable[[Observation], str]:
    def say(observation: Observation) -> str:
        told = ", ".join(_text(observation, key) for key in keys if key in observation.detail)
        return f"{words}: {told}" if told else words

    return say


_ROWS: Mapping[Seen, tuple[str, Callable[[Observation], str]]] = {
    Seen.DHCP_DISCOVER: ("dhcp", lambda seen: f"{seen.mac} asks for an address"),
    Seen.DHCP_OFFER: ("dhcp", _offer),
    Seen.DHCP_REQUEST: ("dhcp", lambda seen: f"{seen.mac} requests it"),
    Seen.DHCP_ACK: ("dhcp", _ack),
    Seen.DHCP_NAK: ("dhcp", _with_reason("refused", "reason")),
    Seen.DHCP_DECLINE: ("dhcp", _with_reason("the guest found its address in use")),
    Seen.DHCP_RELEASE: ("dhcp", _with_reason("address given back: the firmware has finished")),
    Seen.DHCP_INFORM: ("dhcp", _with_reason("asks for settings only")),
    Seen.DHCP_IGNORED: ("dhcp", _with_reason("not answered", "reason")),
    Seen.BOOTP_REPLY: ("dhcp", lambda seen: _ack(seen) + " by plain BOOTP"),
    Seen.TFTP_MISSING: ("tftp", _with_reason("not there", "name")),
    Seen.TFTP_DENIED: ("tftp", _with_reason("denied", "name", "reason")),
    Seen.TFTP_STARTED: ("tftp", _with_reason("sends", "name")),
    Seen.TFTP_PROGRESS: ("tftp", _progress),
    Seen.TFTP_FINISHED: ("tftp", _finished),
    Seen.TFTP_FAILED: ("tftp", _with_reason("failed", "name", "reason")),
    Seen.HTTP_SERVED: ("http", _with_reason("served", "name", "status")),
    Seen.CONSOLE: ("guest", lambda seen: _text(seen, "line")),
    Seen.GUEST_ADDRESSED: ("dhcp", lambda seen: f"the guest's own system has {seen.address}"),
    Seen.KERNEL: ("guest", _with_reason("the kernel has started")),
    Seen.CALLBACK: ("http", _with_reason("the guest calls back", "path")),
}
