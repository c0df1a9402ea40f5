"""What the worker makes of a console before anybody is told: pieces of one boot each, without secrets, and bounded."""

from netipl.firmware.spoken.reading import Progress
from netipl.firmware.spoken.signs import Sign
from netipl.integrations.libvirt.console import Piece, Printed
from netipl.integrations.libvirt.worker.console_feed import ConsoleFeed

IPL = b"LOADPARM=[        ]\r\nNetwork boot starting...\r\n"
KERNEL = b"Network loading done, starting kernel...\r\nLinux version 6.1\r\n"
SECRET = b"netipl_0123456789abcdefghijklmnopqrstuvwxyzABCDEFG"


def taken(feed: ConsoleFeed, now: float = 0.1) -> Printed:
    printed = feed.take(now, at=1.0)
    assert printed is not None
    return printed


def fed(*pieces: bytes) -> ConsoleFeed:
    feed = ConsoleFeed("u", 0.0)
    for piece in pieces:
        feed.read(piece, 0.0)
    return feed


def test_it_is_safe_text_with_what_it_says() -> None:
    [piece] = taken(fed(IPL + b"\x1b[2Jx\r\n")).pieces
    assert piece.text == IPL.decode() + "x\r\n"
    assert [said.sign for said in piece.said] == [Sign.IPL, Sign.NETWORK]
    assert piece.begins


def test_what_was_taken_is_not_taken_again_and_goes_on_in_the_same_boot() -> None:
    feed = fed(IPL)
    taken(feed)
    assert feed.take(0.2, at=1.0) is None
    feed.read(KERNEL, 0.3)
    [piece] = taken(feed).pieces
    assert (piece.text, piece.begins) == (KERNEL.decode(), False)


def test_another_boot_is_another_piece() -> None:
    first, second = taken(fed(IPL + KERNEL + b"[ 9.000000] reboot: Restarting system\r\n" + IPL)).pieces
    assert first.text.endswith("Restarting system\r\n")
    assert (second.text, second.begins) == (IPL.decode(), True)


def test_a_firmware_that_turns_to_its_disk_goes_on_in_the_same_boot() -> None:
    [piece] = taken(fed(IPL + b"Failed to IPL from this network!\r\n" + IPL)).pieces
    assert [said.sign for said in piece.said] == [Sign.IPL, Sign.NETWORK, Sign.GAVE_UP, Sign.NEXT_DEVICE, Sign.NETWORK]


def test_secrets_are_hidden_however_they_are_cut() -> None:
    line = b"Kernel command line: x=" + SECRET + b" y\r\n"
    feed = ConsoleFeed("u", 0.0)
    text = ""
    for number, byte in enumerate(IPL + KERNEL + line):
        feed.read(bytes([byte]), number)
        printed = feed.take(number + 0.5, at=1.0)
        text += "".join(piece.text for piece in printed.pieces) if printed is not None else ""
    assert text == (IPL + KERNEL).decode() + "Kernel command line: x=netipl_... y\r\n"


def test_an_unfinished_line_is_told_too() -> None:
    feed = fed(b"login")
    assert taken(feed).pieces == (Piece(text="logi", begins=True),)
    assert [piece.text for piece in taken(feed, 0.3).pieces] == ["n"]
    feed.read(b": ", 1.0)
    assert [piece.text for piece in taken(feed, 1.1).pieces] == [": "]


def test_bytes_go_beside_it_only_where_they_are_wanted() -> None:
    feed = fed(b"\x1b[31mred\r\n")
    assert taken(feed).raw == b""
    feed.wants_raw = True
    feed.read(b"\x1b[0m\r\n", 0.2)
    assert taken(feed).raw == b"\x1b[0m\r\n"


def test_progress_is_told_where_it_has_changed_and_not_too_often() -> None:
    feed = fed(IPL + b"  Receiving data:  0 KBytes")
    assert taken(feed, 0.6).progress == Progress(kilobytes=0)
    feed.read(b"\b\b\b\b\b\b\b\b1024 KBytes", 0.7)
    assert taken(feed, 0.8).progress is None
    feed.read(b"\b" * 11 + b"2049 KBytes", 1.2)
    assert taken(feed, 1.3).progress == Progress(kilobytes=2049)


def test_a_guest_that_sounds_like_a_firmware_for_ever_is_listened_to_for_a_while() -> None:
    feed = fed(*[IPL] * 1000)
    assert sum(len(piece.said) for piece in taken(feed).pieces) == 200
    feed.read(IPL * 1000, 1.1)
    assert sum(len(piece.said) for piece in taken(feed, 1.1).pieces) == 10 + 1


def test_what_nobody_takes_is_left_out_and_counted() -> None:
    feed = fed(*[b"x" * 1_000_000] * 6)
    printed = taken(feed)
    assert sum(len(piece.text) for piece in printed.pieces) == 5_000_000
    assert printed.missed == 1_000_000


def test_what_is_told_is_read_again_as_it_was() -> None:
    feed = fed(IPL + b"TFTP error: file not found: k\r\n  Receiving data:  0 KBytes")
    feed.wants_raw = True
    feed.read(b"\xff", 0.1)
    printed = taken(feed, 1.0)
    assert Printed.of_json(printed.to_json()) == printed
