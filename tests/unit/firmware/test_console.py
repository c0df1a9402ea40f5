r"""Line ends and progress as the guest prints them."""

from netipl.firmware.console import Console, Progress

MIB = 1 << 20


def test_printf_ends_lines_in_cr_lf_and_puts_in_cr_cr_lf() -> None:
    console = Console()
    console.printf("a\nb")
    console.puts("c\n")
    assert console.take() == b"a\r\nbc\r\n\r\r\n"


def test_what_is_taken_is_gone() -> None:
    console = Console()
    console.printf(b"\xb9\x04")
    assert (console.take(), console.take()) == (b"\xb9\x04", b"")


def test_progress_moves_at_each_full_mebibyte_by_backspaces() -> None:
    console = Console()
    progress = Progress(console)
    progress.start()
    progress.packet(MIB - 1)
    progress.packet(MIB)
    progress.show(MIB + 2048)
    expected = b"  Receiving data:  0 KBytes" + b"\b" * 8 + b"1024 KBytes" + b"\b" * 11 + b"1026 KBytes"
    assert console.take() == expected


def test_progress_moves_after_1022_packets_too() -> None:
    console = Console()
    progress = Progress(console)
    progress.start()
    console.take()
    for _ in range(1022):
        progress.packet(512)
    assert console.take() == b""
    progress.packet(512)
    assert console.take() == b"\b" * 8 + b"0 KBytes"


def test_the_count_of_packets_starts_anew_with_what_is_shown() -> None:
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
