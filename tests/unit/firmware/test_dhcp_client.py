"""DHCP as conversations with a scripted server; the whole boots are in tests/e2e/test_model_against_firmware.py."""

from ipaddress import IPv4Address

from netipl.firmware.console import Console
from netipl.firmware.dhcp_client import DhcpClient, boot_data
from netipl.net import Mac
from netipl.protocols.dhcp4.codes import MessageType, OpCode, Option
from netipl.protocols.dhcp4.message import Message, encode
from netipl.protocols.dhcp4.options import Options

MAC = Mac.parse("52:54:00:13:33:0a")
XID = 0x12EF59E3
SERVER = IPv4Address("192.0.2.1")
OURS = IPv4Address("192.0.2.9")
NOTHING = Options()


def reply(kind: MessageType | None, xid: int = XID, **options: bytes) -> Message:
    given = {int(code.removeprefix("o")): value for code, value in options.items()}
    if kind is not None:
        given = {Option.MESSAGE_TYPE: bytes((kind,)), Option.SERVER_IDENTIFIER: SERVER.packed, **given}
    return Message(
        op=OpCode.BOOTREPLY,
        xid=xid,
        mac=MAC,
        yiaddr=OURS,
        siaddr=SERVER,
        file=b"/",
        options=Options(given),
        cookie=bool(given),
    )


class Client:
    def __init__(self) -> None:
        self.console = Console()
        self.sent: list[MessageType] = []
        self.sources: list[IPv4Address] = []
        self.client = DhcpClient(mac=MAC, xid=XID, console=self.console, send=self._send)
        self.client.start(0)

    def _send(self, message: Message, source: IPv4Address) -> None:
        assert message.options.message_type is not None
        self.sent.append(MessageType(message.options.message_type))
        self.sources.append(source)

    def hear(self, message: Message, now: float = 0.5) -> None:
        self.client.receive(encode(message), now)

    def expire(self) -> None:
        self.client.expired(self.client.deadline)


def test_discover_offer_request_ack() -> None:
    client = Client()
    client.hear(reply(MessageType.OFFER))
    client.hear(reply(MessageType.ACK))
    assert client.sent == [MessageType.DISCOVER, MessageType.REQUEST]
    assert client.client.data
    assert (client.client.data.address, client.client.data.server) == (OURS, SERVER)
    assert client.console.take() == b"  Requesting information via DHCP:     \b\b\b010\b\b\b\bdone\r\n"


def test_an_attempt_takes_2_seconds_and_ipv6_6_more() -> None:
    client = Client()
    assert client.client.deadline == 2
    client.expire()
    assert client.client.deadline == 8
    client.expire()
    assert client.sent == [MessageType.DISCOVER] * 2


def test_an_offer_gives_no_more_time() -> None:
    client = Client()
    client.hear(reply(MessageType.OFFER), 1.9)
    assert client.client.deadline == 2


def test_ten_attempts_and_the_end() -> None:
    client = Client()
    for _ in range(20):
        assert not client.client.finished
        client.expire()
    assert client.client.failed
    assert client.sent == [MessageType.DISCOVER] * 10
    assert client.console.take().endswith(b"\b\b\b001\b\b\b000\r\nGiving up after 10 DHCP requests\r\n")


def test_a_nak_ends_the_attempt_at_once() -> None:
    client = Client()
    client.hear(reply(MessageType.OFFER))
    client.hear(reply(MessageType.NAK), 0.7)
    assert client.client.deadline == 6.7


def test_an_ack_without_an_offer_is_ignored() -> None:
    client = Client()
    client.hear(reply(MessageType.ACK))
    assert not client.client.finished


def test_another_transaction_is_ignored() -> None:
    client = Client()
    client.hear(reply(MessageType.OFFER, xid=1))
    client.hear(reply(None, xid=1))
    assert client.sent == [MessageType.DISCOVER]
    assert not client.client.finished


def test_a_second_offer_is_ignored() -> None:
    client = Client()
    client.hear(reply(MessageType.OFFER))
    client.hear(reply(MessageType.OFFER))
    assert client.sent == [MessageType.DISCOVER, MessageType.REQUEST]


def test_a_bootp_reply_is_taken_at_once_and_released_to_nobody() -> None:
    client = Client()
    client.hear(reply(None))
    assert client.client.data
    server, release = client.client.release()
    assert (server, release.ciaddr) == (IPv4Address(0), OURS)


def test_an_offer_during_ipv6_is_requested_but_asked_for_again() -> None:
    client = Client()
    client.expire()
    client.hear(reply(MessageType.OFFER), 3)
    client.hear(reply(MessageType.ACK), 3)
    assert not client.client.finished
    client.expire()
    assert client.sent == [MessageType.DISCOVER, MessageType.REQUEST, MessageType.DISCOVER]
    assert client.sources[-1] == OURS


def test_209_and_210_of_an_offer_are_kept() -> None:
    client = Client()
    client.hear(reply(MessageType.OFFER, o209=b"a.cfg", o210=b"x/"))
    client.hear(reply(MessageType.ACK, o210=b"y/\0z"))
    assert client.client.data
    assert (client.client.data.configuration_file, client.client.data.path_prefix) == (b"a.cfg", b"y/")


def test_66_and_67_beat_the_fixed_fields() -> None:
    data = boot_data(reply(MessageType.ACK, o66=b"192.0.2.7", o67=b"k.img\0"), NOTHING)
    assert (data.server, data.file) == (IPv4Address("192.0.2.7"), b"k.img")


def test_a_name_that_is_not_found_leaves_siaddr() -> None:
    data = boot_data(reply(MessageType.ACK, o66=b"tftp.example"), NOTHING)
    assert (data.server, data.unresolved) == (SERVER, True)


def test_netmask_and_router_go_together() -> None:
    mask, router = b"\xff\xff\xff\0", SERVER.packed
    assert boot_data(reply(MessageType.ACK, o1=mask), NOTHING).route is None
    assert boot_data(reply(MessageType.ACK, o3=router), NOTHING).route is None
    assert boot_data(reply(MessageType.ACK, o1=mask, o3=router * 2), NOTHING).route == (IPv4Address(mask), SERVER)


def test_garbage_is_ignored() -> None:
    client = Client()
    for payload in (b"", b"\2\1\6\0", bytes(300), encode(reply(MessageType.OFFER))[:240]):
        client.client.receive(payload, 0.5)
    assert client.sent == [MessageType.DISCOVER]
