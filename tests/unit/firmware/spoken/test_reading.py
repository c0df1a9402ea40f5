"""A console as it comes: whose word the next one is, and how far the firmware is in a line that goes on."""

import pytest

from netipl.firmware.rules import RuleId
from netipl.firmware.spoken.reading import ConsoleReading, Progress
from netipl.firmware.spoken.signs import Sign

IPL = "LOADPARM=[        ]\r\n"
NETWORK = IPL + "Network boot starting...\r\r\n"
STARTING = NETWORK + "Network loading done, starting kernel...\r\r\n\r\n"
DISK = IPL + "Using virtio-blk.\r\n"


def signs(*pieces: str) -> list[Sign | RuleId]:
    reading = ConsoleReading()
    return [said.rule or said.sign for piece in pieces for said in reading.feed(piece)]


def test_whatever_comes_after_starting_is_of_what_was_started() -> None:
    assert signs(STARTING, "Welcome!\r\n", "login: \r\n")[-1] is Sign.KERNEL


def test_a_kernel_speaks_for_the_first_time_once() -> None:
    assert signs(STARTING, "[    0.1] x\r\n", "[    0.100000] Linux version 6\n") == [
        Sign.IPL,
        Sign.NETWORK,
        Sign.STARTING,
        Sign.KERNEL,
    ]


def test_the_re_ipl_program_is_no_kernel_and_the_disk_comes_behind_it() -> None:
    told = signs(STARTING, "netipl: re-IPL from 0.0.0001\r\n", DISK, "KASLR disabled: CPU has no PRNG\r\n")
    assert told[3:] == [Sign.REIPL, Sign.NEXT_DEVICE, Sign.DISK, Sign.KERNEL_OF_DISK]


def test_a_re_ipl_program_that_finds_no_disk_is_followed_by_another_boot() -> None:
    told = signs(STARTING, "netipl: no disk found\r\nnetipl: back to the network in 5 s\r\n", NETWORK)
    assert told[3:] == [Sign.NO_REIPL, Sign.NO_REIPL, Sign.IPL, Sign.NETWORK]


def test_other_programs_of_ours_are_no_re_ipl_program() -> None:
    assert signs("netipl: started\r\n", STARTING, "[ 1.0] x\r\n", "netipl: started\r\n")[-1] is Sign.KERNEL


def test_a_kernel_behind_a_firmware_that_says_no_more_is_of_the_disk() -> None:
    assert signs(IPL, "Linux version 6\r\n") == [Sign.IPL, Sign.KERNEL_OF_DISK]


def test_of_a_console_that_is_come_to_late_a_kernel_is_taken_for_that_of_the_boot() -> None:
    assert signs("[    9.000000] usb\r\n") == [Sign.KERNEL]


def test_what_only_sounds_like_the_firmware_is_none() -> None:
    assert (
        signs("TFTP error: unknown error\r\n", STARTING, "hello\r\n", "TFTP error: unknown error\r\n")[-1]
        is Sign.KERNEL
    )


def test_the_firmware_begins_again_behind_a_kernel() -> None:
    told = signs(STARTING, "hello\r\n" * 3, "[ 9.1] reboot: Restarting system\r\nLOADPARM=[    ", "    ]\r\n", "x\r\n")
    assert told[-1] is Sign.IPL


@pytest.mark.parametrize("stamp", ["", "[   12.345678] "])
def test_a_panic_is_heard_among_a_kernels_lines(stamp: str) -> None:
    panic = stamp + "Kernel panic - not syncing: VFS: Unable to mount root fs on unknown-block(0,0)\r\n"
    assert signs(STARTING, "hello\r\n", panic)[-1] is RuleId.KERNEL_PANIC


def test_a_kernel_that_refuses_the_machine_has_not_started() -> None:
    words = "The Linux kernel requires more recent processor hardware\r\n"
    assert signs(STARTING, words, "Detected machine-type number: 2064\r\n")[3:] == [RuleId.MACHINE_TOO_OLD]


PROGRESS = {
    "nothing": ("", None),
    "the first request": ("  Requesting information via DHCP:     \b\b\b010", Progress(tries=1)),
    "the third": ("  Requesting information via DHCP:     \b\b\b010\b\b\b009\b\b\b008", Progress(tries=3)),
    "a file": ("  Receiving data:  0 KBytes\b\b\b\b\b\b\b\b1024 KBytes", Progress(kilobytes=1024)),
    "a file that has arrived": ("  Receiving data:  4948 KBytes\r\n", None),
}


@pytest.mark.parametrize(("text", "progress"), PROGRESS.values(), ids=PROGRESS)
def test_progress_is_read_before_the_line_ends(text: str, progress: Progress | None) -> None:
    reading = ConsoleReading()
    reading.feed(NETWORK)
    reading.feed(text)
    assert reading.progress == progress


def test_how_often_it_asked_is_told_with_the_answer() -> None:
    reading = ConsoleReading()
    [said] = reading.feed("  Requesting information via DHCP:     \b\b\b010\b\b\b009\b\b\b\bdone\r\n")
    assert said.facts == {"tries": 2}


def test_an_error_over_a_progress_display_has_nothing_of_it() -> None:
    reading = ConsoleReading()
    reading.feed(NETWORK)
    [said] = reading.feed("  Receiving data:  101473 KBytes\r  TFTP error: file not found: x\r\n")
    assert said.facts == {"name": "x"}
