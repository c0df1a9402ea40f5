"""DHCP of one boot: what is sent and when, which answers are taken, and what they say about the boot."""

from ipaddress import IPv4Address

import pytest

from netipl.firmware.console import Console
from netipl.firmware.dhcp_client import ATTEMPTS, BootData, DhcpClient, boot_data
from netipl.net import Mac
from netipl.protocols.dhcp4 import message
from netipl.protocols.dhcp4.codes import MessageType, OpCode, Option
from netipl.protocols.dhcp4.message import ANY, Message
from netipl.protocols.dhcp4.options import Options

MAC = Mac.parse("52:54:00:13:33:0a")
XID = 0x12EF59E3
SERVER, ADDRESS, OTHER = IPv4Address("192.0.2.1"), IPv4Address("192.0.2.10"), IPv4Address("192.0.2.99")
NO_OPTIONS = Options({})


class Guest:
    """A client, and what it sent: messages with the address that each came from."""

    def __init__(self) -> None:
        self.console = Console()
        self.sent: list[tuple[Message, IPv4Address]] = []
        self.client = DhcpClient(
            mac=MAC, xid=XID, console=self.console, send=lambda sent, source: self.sent.append((sent, source))
        )
        self.now = 0.0
        self.client.start(self.now)

    @property
    def kinds(self) -> list[int | None]:
        return [sent.options.message_type for sent, _ in self.sent]

    def takes(self, *replies: Message) -> "Guest":
        for reply in replies:
            self.client.receive(message.encode(reply), self.now)
        return self

    def expires(self, times: int = 1) -> "Guest":
        for _ in range(times):
            self.now = self.client.deadline
            self.client.expired(self.now)
        return self


def _reply(kind: MessageType | None, options: dict[int, bytes] | None = None, **fields: object) -> Message:
    known: dict[int, bytes] = {}
    if kind is not None:
        known = {Option.MESSAGE_TYPE: bytes((kind,)), Option.SERVER_IDENTIFIER: SERVER.packed}
    values = {"op": OpCode.BOOTREPLY, "xid": XID, "mac": MAC, "yiaddr": ADDRESS, "siaddr": SERVER, "file": b"/"}
    values |= {"options": Options({**known, **(options or {})}), "cookie": kind is not None or bool(options), **fields}
    return Message(**values)  # type: ignore[arg-type]  # fields by name


OFFER, ACK, NAK = (_reply(kind) for kind in (MessageType.OFFER, MessageType.ACK, MessageType.NAK))
BOOTP = _reply(None)


def test_discover_asks_for_six_options_and_names_nothing() -> None:
    ((discover, source),) = Guest().sent
    assert discover.options.message_type == MessageType.DISCOVER
    assert discover.options[Option.PARAMETER_LIST] == bytes((1, 3, 6, 66, 67, 93))
    assert set(discover.options) == {Option.MESSAGE_TYPE, Option.PARAMETER_LIST}
    assert (discover.xid, discover.mac, discover.broadcast, discover.secs) == (XID, MAC, False, 0)
    assert source == ANY


def test_request_has_its_architecture_and_asks_for_209_and_210() -> None:
    request, source = Guest().takes(OFFER).sent[-1]
    assert request.options.message_type == MessageType.REQUEST
    assert request.options[Option.CLIENT_ARCHITECTURE] == bytes.fromhex("001f")
    assert request.options[Option.PARAMETER_LIST] == bytes((1, 3, 6, 66, 67, 93, 209, 210))
    assert request.options[Option.REQUESTED_ADDRESS] == ADDRESS.packed
    assert request.options[Option.SERVER_IDENTIFIER] == SERVER.packed
    assert (request.ciaddr, source) == (ANY, ANY)


def test_offer_and_ack_are_enough() -> None:
    guest = Guest().takes(OFFER, ACK)
    assert guest.client.finished
    assert guest.client.data == BootData(address=ADDRESS, server=SERVER, file=b"/")
    assert guest.console.take().endswith(b"\b\b\b010\b\b\b\bdone\r\n")


def test_the_first_offer_wins() -> None:
    guest = Guest().takes(OFFER, _reply(MessageType.OFFER, yiaddr=OTHER))
    assert guest.kinds == [MessageType.DISCOVER, MessageType.REQUEST]
    assert guest.sent[-1][0].options[Option.REQUESTED_ADDRESS] == ADDRESS.packed


@pytest.mark.parametrize(
    "reply",
    {
        "another transaction": _reply(MessageType.OFFER, xid=XID + 1),
        "a request": _reply(MessageType.OFFER, op=OpCode.BOOTREQUEST),
        "an ACK without a REQUEST": ACK,
        "a NAK without a REQUEST": NAK,
    }.values(),
)
def test_is_passed_over(reply: Message) -> None:
    guest = Guest().takes(reply)
    assert guest.kinds == [MessageType.DISCOVER]
    assert not guest.client.finished


def test_garbage_is_passed_over() -> None:
    guest = Guest()
    for payload in (b"", b"\2\1\6\0", bytes(300), message.encode(OFFER)[:240]):
        guest.client.receive(payload, 0.0)
    assert guest.kinds == [MessageType.DISCOVER]


@pytest.mark.parametrize("before", [(), (OFFER,)])
def test_a_plain_bootp_reply_is_taken_at_any_time(before: tuple[Message, ...]) -> None:
    guest = Guest().takes(*before, BOOTP)
    assert guest.client.data == BootData(address=ADDRESS, server=SERVER, file=b"/")


def test_ten_attempts_of_two_seconds_with_six_between() -> None:
    guest = Guest()
    times = []
    while not guest.client.finished:
        times.append(guest.now)
        guest.expires(2)
    assert times == [8.0 * attempt for attempt in range(ATTEMPTS)]
    assert guest.now == 80.0
    assert guest.client.failed
    assert guest.kinds == [MessageType.DISCOVER] * ATTEMPTS
    printed = guest.console.take()
    assert b"\b\b\b010\b\b\b009" in printed
    assert printed.endswith(b"\b\b\b000\r\nGiving up after 10 DHCP requests\r\n")


def test_a_request_is_never_repeated() -> None:
    guest = Guest().takes(OFFER).expires(2)
    assert guest.kinds == [MessageType.DISCOVER, MessageType.REQUEST, MessageType.DISCOVER]


def test_a_nak_ends_the_attempt_at_once() -> None:
    guest = Guest().takes(OFFER)
    guest.now = 0.5
    guest.takes(NAK)
    assert guest.client.deadline == 6.5
    guest.expires()
    assert guest.kinds[-1] == MessageType.DISCOVER
    assert guest.sent[-1][1] == ANY


def test_an_answer_between_attempts_sets_the_address_and_is_asked_for_again() -> None:
    guest = Guest().expires().takes(OFFER, ACK)
    assert not guest.client.finished
    assert guest.client.address == ADDRESS
    guest.expires()
    discover, source = guest.sent[-1]
    assert (discover.options.message_type, source) == (MessageType.DISCOVER, ADDRESS)


def test_release_goes_to_the_server_of_the_ack() -> None:
    to, release = Guest().takes(OFFER, ACK).client.release()
    assert to == SERVER
    assert release.ciaddr == ADDRESS
    assert release.options == Options(
        {Option.MESSAGE_TYPE: bytes((MessageType.RELEASE,)), Option.SERVER_IDENTIFIER: SERVER.packed}
    )


def test_options_209_and_210_are_remembered_from_the_offer() -> None:
    remembered = {Option.CONFIGURATION_FILE: b"z1.cfg", Option.PATH_PREFIX: b"h/"}
    offer = _reply(MessageType.OFFER, {int(code): value for code, value in remembered.items()})
    data = Guest().takes(offer, ACK).client.data
    assert data is not None
    assert (data.configuration_file, data.path_prefix) == (b"z1.cfg", b"h/")


def test_of_209_and_210_the_last_counts() -> None:
    offer = _reply(MessageType.OFFER, {Option.CONFIGURATION_FILE: b"z1.cfg", Option.PATH_PREFIX: b"h/"})
    data = Guest().takes(offer, _reply(MessageType.ACK, {Option.PATH_PREFIX: b"g/"})).client.data
    assert data is not None
    assert (data.configuration_file, data.path_prefix) == (b"z1.cfg", b"g/")


def test_nothing_else_of_the_offer_is_merged() -> None:
    options: dict[int, bytes] = {Option.TFTP_SERVER_NAME: str(OTHER).encode(), Option.BOOT_FILE_NAME: b"other"}
    data = Guest().takes(_reply(MessageType.OFFER, options, file=b"of"), ACK).client.data
    assert data == BootData(address=ADDRESS, server=SERVER, file=b"/")


@pytest.mark.parametrize(
    ("reply", "expected"),
    {
        "siaddr and file": (ACK, {"server": SERVER, "file": b"/"}),
        "option 66 before siaddr": (
            _reply(MessageType.ACK, {Option.TFTP_SERVER_NAME: b"192.0.2.99"}),
            {"server": OTHER},
        ),
        "option 66 alone": (
            _reply(MessageType.ACK, {Option.TFTP_SERVER_NAME: b"192.0.2.99"}, siaddr=ANY),
            {"server": OTHER, "unresolved": False},
        ),
        "a name is not found, and siaddr stands in": (
            _reply(MessageType.ACK, {Option.TFTP_SERVER_NAME: b"tftp.example"}),
            {"server": SERVER, "unresolved": True},
        ),
        "a name alone is no server": (
            _reply(MessageType.ACK, {Option.TFTP_SERVER_NAME: b"tftp.example"}, siaddr=ANY),
            {"server": None, "unresolved": True},
        ),
        "siaddr of 0 is no server": (_reply(MessageType.ACK, siaddr=ANY), {"server": None, "unresolved": False}),
        "sname where siaddr is 0": (_reply(MessageType.ACK, siaddr=ANY, sname=b"192.0.2.99"), {"server": OTHER}),
        "sname beside siaddr counts for nothing": (_reply(MessageType.ACK, sname=b"192.0.2.99"), {"server": SERVER}),
        "option 67 before file": (_reply(MessageType.ACK, {Option.BOOT_FILE_NAME: b"k"}), {"file": b"k"}),
        "an option ends at its NUL": (_reply(MessageType.ACK, {Option.BOOT_FILE_NAME: b"k\0x"}), {"file": b"k"}),
        "BOOTP passes over options 66 and 67": (
            _reply(None, {Option.TFTP_SERVER_NAME: b"192.0.2.99", Option.BOOT_FILE_NAME: b"k"}),
            {"server": SERVER, "file": b"/"},
        ),
    }.values(),
)
def test_boot_data(reply: Message, expected: dict[str, object]) -> None:
    data = boot_data(reply, NO_OPTIONS)
    assert {name: getattr(data, name) for name in expected} == expected


def test_an_offer_gives_no_more_time() -> None:
    guest = Guest()
    guest.now = 1.9
    guest.takes(OFFER)
    assert guest.client.deadline == 2.0


def test_a_plain_bootp_reply_is_released_to_nobody() -> None:
    to, release = Guest().takes(BOOTP).client.release()
    assert (to, release.ciaddr) == (ANY, ADDRESS)


def test_netmask_and_router_go_together() -> None:
    netmask, router = b"\xff\xff\xff\0", SERVER.packed
    both: dict[int, bytes] = {Option.SUBNET_MASK: netmask, Option.ROUTER: router + OTHER.packed}
    assert boot_data(_reply(MessageType.ACK, both), NO_OPTIONS).route == (IPv4Address(netmask), SERVER)
    for code, value in both.items():
        assert boot_data(_reply(MessageType.ACK, {code: value}), NO_OPTIONS).route is None
