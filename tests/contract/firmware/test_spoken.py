"""What the console of every real guest tells: how its boot ended, and by which rule of the one table.

How each ended is known from the model, which prints the same (test_transcripts.py).
"""

import pytest

from netipl.console import SafeText
from netipl.firmware.rules import RULES, RuleId
from netipl.firmware.spoken.reading import ConsoleReading
from netipl.firmware.spoken.signs import Said, Sign
from netipl.firmware.spoken.silence import Suspicion, suspicions
from netipl.firmware.spoken.speech import Speech
from tests.contract.firmware.test_transcripts import TRANSCRIPTS
from tests.contract.firmware.transcript_cases import CASES, NO_NETWORK_BOOT

FINER = {
    (RuleId.FILE_MISSING, "10.0-netfail-only"): RuleId.NO_CONFIGURATION,
    (RuleId.FILE_MISSING, "10.0-netfail-then-disk"): RuleId.NO_CONFIGURATION,
    (RuleId.FILE_MISSING, "11.1-netfail-then-disk"): RuleId.NO_CONFIGURATION,
    (RuleId.FILE_MISSING, "7.2-err-no-config-slash"): RuleId.NO_CONFIGURATION,
    (RuleId.FILE_MISSING, "7.2-err-oncrash-default"): RuleId.NO_CONFIGURATION,
    (RuleId.FILE_MISSING, "7.2-netfail-then-disk"): RuleId.NO_CONFIGURATION,
}
"""The last ERROR of the server, and what it means where the firmware says nothing of it."""

RECIPE = (
    Sign.DHCP,
    Sign.ADDRESS,
    Sign.SERVER,
    Sign.BOOT_FILE,
    Sign.PROBING,
    Sign.RECEIVED,
    Sign.ENTRY,
    Sign.RECEIVED,
    Sign.RECEIVED,
    Sign.STARTING,
    Sign.KERNEL,
)
"""The lines of the original recipe."""


def console(name: str) -> bytes:
    return (TRANSCRIPTS / f"{name}.txt").read_bytes()


def read(data: bytes, *, at_once: int) -> list[Said]:
    safe, reading = SafeText(), ConsoleReading()
    pieces = (data[begin : begin + at_once] for begin in range(0, len(data), at_once))
    return [said for piece in pieces for said in reading.feed(safe.feed(piece))]


def speech(name: str) -> Speech:
    heard = Speech()
    for said in read(console(name), at_once=4096):
        heard = heard.then(said)
    return heard


@pytest.mark.parametrize("name", [*CASES, *NO_NETWORK_BOOT])
def test_it_is_read_alike_however_it_is_cut(name: str) -> None:
    assert read(console(name), at_once=1) == read(console(name), at_once=4096)


@pytest.mark.parametrize("name", [name for name, case in CASES.items() if case.cause is not None and not case.cut])
def test_a_boot_that_failed_tells_the_rule(name: str) -> None:
    case, heard = CASES[name], speech(name)
    assert case.cause is not None
    if case.started is not None:  # it went on
        assert [said.rule for said in heard.complaints] == [case.cause]
        assert heard.rule is None
        return
    assert heard.has_given_up
    shared = {RuleId.FILE_TOO_LARGE: {RuleId.CONFIGURATION_TOO_LARGE, RuleId.MEMORY_EXCEEDED}}
    rule = FINER.get((case.cause, name), case.cause)
    assert heard.rule in shared.get(rule, {rule})
    assert RULES[heard.rule].remedy


@pytest.mark.parametrize("name", [name for name, case in CASES.items() if case.started == "linux"])
def test_a_kernel_is_known_by_its_own_words(name: str) -> None:
    heard = speech(name)
    assert not heard.has_given_up
    assert heard.has_started == any(words in console(name) for words in (b"KASLR", b"Linux version"))


SILENT = {
    "10.0-bootfile-nomagic": (RuleId.MAGIC_MISSING, True),
    "10.0-kernel-text": (RuleId.KERNEL_IS_NONE, True),
    "11.1-bootfile-nomagic": (RuleId.MAGIC_MISSING, True),
    "11.1-kernel-text": (RuleId.KERNEL_IS_NONE, True),
    "7.2-err-bootfile-without-magic": (RuleId.MAGIC_MISSING, True),
    "7.2-err-ins-nostar": (RuleId.MAGIC_MISSING, True),
    "7.2-err-kernel-empty": (RuleId.FILE_EMPTY, False),
    "7.2-err-kernel-is-gzip": (RuleId.KERNEL_IS_NONE, False),
    "7.2-err-kernel-is-gzip-wait": (RuleId.KERNEL_IS_NONE, False),
    "7.2-err-kernel-is-text": (RuleId.KERNEL_IS_NONE, True),
    "7.2-err-kernel-is-x86-elf": (RuleId.KERNEL_IS_NONE, False),
}
"""The likeliest cause, and whether it is the only one."""


def test_every_boot_that_starts_nothing_is_silent() -> None:
    assert SILENT.keys() == {name for name, case in CASES.items() if case.started == "nothing"}


@pytest.mark.parametrize("name", SILENT)
def test_silence_names_its_probable_causes(name: str) -> None:
    heard = speech(name)
    assert heard.is_silent
    first: Suspicion = suspicions(heard)[0]
    assert (first.rule, first.is_certain) == SILENT[name]


def test_the_lines_of_the_original_recipe_come_in_its_order() -> None:
    told = [said.sign for said in read(console("7.2-virsh-start-console"), at_once=100)]
    assert tuple(told) == RECIPE


def test_what_is_no_boot_from_the_network() -> None:
    told = {name: [said.rule or said.sign for said in read(console(name), at_once=100)] for name in NO_NETWORK_BOOT}
    assert told == {
        "10.0-disk-only": [Sign.IPL, Sign.DISK, Sign.KERNEL_OF_DISK],
        "10.0-disk-then-net": [],
        "7.2-err-no-boot-order": [Sign.IPL, RuleId.NO_BOOT_ORDER, RuleId.DISK_NOT_BOOTABLE],
    }


def test_a_kernel_behind_a_failed_network_boot_is_that_of_the_disk() -> None:
    told = [said.sign for said in read(console("10.0-netfail-then-disk"), at_once=100)]
    assert told[-3:] == [Sign.NEXT_DEVICE, Sign.DISK, Sign.KERNEL_OF_DISK]
    assert speech("10.0-netfail-then-disk").has_given_up
