"""Line ends as the real console has them, and the counter of kilobytes."""

import pytest

from netipl.firmware.console import Console, Progress


@pytest.mark.parametrize(
    ("text", "printed"),
    [("a", b"a"), ("a\nb\n", b"a\r\nb\r\n"), (b"\xb9\x04\n", b"\xb9\x04\r\n"), ("\r  \r", b"\r  \r")],
)
def test_printf_ends_lines_with_cr_lf(text: str | bytes, printed: bytes) -> None:
    console = Console()
    console.printf(text)
    assert console.take() == printed


def test_puts_ends_its_line_with_cr_cr_lf() -> None:
    console = Console()
    console.puts("a\nb")
    assert console.take() == b"a\r\nb\r\r\n"


def test_what_was_taken_is_gone() -> None:
    console = Console()
    console.printf("a")
    console.take()
    assert console.take() == b""


def test_the_counter_moves_at_each_mebibyte() -> None:
    console = Console()
    progress = Progress(console)
    progress.start()
    assert console.take() == b"  Receiving data:  0 KBytes"
    progress.packet((1 << 20) - 1)
    assert console.take() == b""
    progress.packet(1 << 20)
    assert console.take() == b"\b" * 8 + b"1024 KBytes"
    progress.packet((2 << 20) - 1)
    assert console.take() == b""
    progress.packet(2 << 20)
    assert console.take() == b"\b" * 11 + b"2048 KBytes"


def test_the_counter_moves_after_1022_packets_without_a_mebibyte() -> None:
    console = Console()
    progress = Progress(console)
    progress.start()
    console.take()
    for _ in range(1022):
        progress.packet(5000)
    assert console.take() == b""
    progress.packet(5000)
    assert console.take() == b"\b" * 8 + b"4 KBytes"


def test_every_file_begins_at_zero() -> None:
    console = Console()
    progress = Progress(console)
    progress.start()
    progress.show(3000)
    progress.start()
    assert console.take().endswith(b"2 KBytes  Receiving data:  0 KBytes")


def test_the_count_of_packets_begins_anew_with_what_is_shown() -> None:
    console = Console()
    progress = Progress(console)
    progress.start()
    for _ in range(1000):
        progress.packet(0)
    progress.start()
    console.take()
    for _ in range(1000):
        progress.packet(0)
    assert console.take() == b""
