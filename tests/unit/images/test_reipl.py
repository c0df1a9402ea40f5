"""What the re-IPL program is told, and that its file is a kernel to everything that wants one."""

import pytest

from netipl import content
from netipl.ccw import DeviceNumber
from netipl.content import inline
from netipl.errors import UsageError
from netipl.firmware.kernel import LOOKED_AT, Started, judged
from netipl.images import kernel as facts
from netipl.images import reipl
from netipl.images.combined import combined
from netipl.integrations.payload import reipl_program

DEVICE = DeviceNumber(0, 0x1234)
PROGRAM = b"".join(content.read(reipl_program()))


@pytest.mark.parametrize(
    ("device", "wait", "words"),
    [
        (None, None, ""),
        (DEVICE, None, "reipl=0.0.1234"),
        (None, 1, "reipl.wait=1"),
        (DeviceNumber(3, 0xFFFF), 9999, "reipl=0.3.ffff reipl.wait=9999"),
    ],
)
def test_words_say_what_is_asked_for(device: DeviceNumber | None, wait: int | None, words: str) -> None:
    assert reipl.command_line(device=device, wait=wait) == words


@pytest.mark.parametrize("wait", [-1, 0, 10_000])
def test_a_wait_that_the_program_does_not_know_is_refused(wait: int) -> None:
    with pytest.raises(UsageError, match=f"cannot wait for {wait} s") as caught:
        reipl.reipl(inline(PROGRAM), wait=wait)
    assert "9999" in caught.value.remedy


def test_only_the_words_in_the_file_change() -> None:
    made = b"".join(content.read(reipl.reipl(inline(PROGRAM), device=DEVICE, wait=60)))
    start, end = reipl.DEFAULTS_OFFSET, reipl.DEFAULTS_OFFSET + reipl.DEFAULTS_SIZE
    assert made[start:end] == b"reipl=0.0.1234 reipl.wait=60".ljust(reipl.DEFAULTS_SIZE, b"\0")
    assert made[:start] + made[end:] == PROGRAM[:start] + PROGRAM[end:]


def test_the_file_as_it_is_built_has_no_words() -> None:
    assert b"".join(content.read(reipl.reipl(inline(PROGRAM)))) == PROGRAM
    assert PROGRAM[0x10010 : reipl.DEFAULTS_OFFSET] == b"netipl re-IPL".ljust(16, b"\0")


def test_the_firmware_takes_it_for_linux() -> None:
    assert judged(PROGRAM[:LOOKED_AT]) is Started.LINUX


def test_without_the_magic_it_begins_by_its_psw() -> None:
    assert judged(PROGRAM[: facts.MAGIC_OFFSET]) is Started.PSW


def test_nothing_stands_where_interruptions_are_stored() -> None:
    assert not any(PROGRAM[8:0x200])


def test_the_file_covers_a_command_line_that_an_earlier_boot_left() -> None:
    start = facts.COMMAND_LINE_OFFSET
    assert PROGRAM[start : start + facts.OLD_MAXIMUM_COMMAND_LINE + 1] == bytes(facts.OLD_MAXIMUM_COMMAND_LINE + 1)


def test_it_takes_a_command_line_as_a_kernel_does() -> None:
    image = combined(kernel=inline(PROGRAM), header=PROGRAM[: facts.HEADER_SIZE], append=b"reipl=0.0.1234")
    made = b"".join(content.read(image))
    assert made[facts.COMMAND_LINE_OFFSET :].startswith(b"reipl=0.0.1234\0")
