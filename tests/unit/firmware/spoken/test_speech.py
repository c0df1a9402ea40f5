"""Which of several complaints is the cause, and when a boot has ended by its own word."""

from collections.abc import Sequence

import pytest

from netipl.firmware.rules import RuleId
from netipl.firmware.spoken.reading import ConsoleReading
from netipl.firmware.spoken.speech import Speech

NETWORK = "LOADPARM=[        ]\nNetwork boot starting...\n"
PROBING = "Trying pxelinux.cfg files...\n"
RECEIVED = "TFTP: Received pxelinux.cfg/default (102 bytes)\nLoading pxelinux.cfg entry 'linux'\n"
MISSING = "TFTP error: file not found: kernel.img\n"
FAILED = "Failed to load OS from network.\n"


def speech(text: str) -> Speech:
    heard = Speech()
    for said in ConsoleReading().feed(text):
        heard = heard.then(said)
    return heard


ENDS: dict[str, tuple[Sequence[str], RuleId | None]] = {
    "nothing yet": ((NETWORK,), None),
    "a complaint alone ends nothing": ((NETWORK, MISSING), None),
    "the complaint before the end": ((NETWORK, PROBING, RECEIVED, MISSING, FAILED), RuleId.FILE_MISSING),
    "the last of several": (
        (NETWORK, MISSING, PROBING, "TFTP error: unknown TFTP error\n", FAILED),
        RuleId.UNKNOWN_ERROR,
    ),
    "what is passed over is no cause beside another": (
        (NETWORK, MISSING, "Command 'menu' is not supported.\n", FAILED),
        RuleId.FILE_MISSING,
    ),
    "and is one where there is no other": (
        (NETWORK, "Could not get IP address\n", "Network initialization failed. Halting.\n"),
        RuleId.NO_ADDRESS,
    ),
    "names are probed in vain, and nothing is said": ((NETWORK, PROBING, FAILED), RuleId.NO_CONFIGURATION),
    "nothing is said at all": ((NETWORK, PROBING, RECEIVED, FAILED), RuleId.LOAD_FAILED),
    "of the disk behind it nothing counts": (
        (NETWORK, PROBING, FAILED, "LOADPARM=[        ]\nUsing virtio-blk.\nzIPL load failed!\n"),
        RuleId.NO_CONFIGURATION,
    ),
    "a configuration that is too large": (
        (NETWORK, PROBING, "TFTP error: TFTP buffer of 2047 bytes is too small for /pxelinux.cfg/default\n", FAILED),
        RuleId.CONFIGURATION_TOO_LARGE,
    ),
    "and an initrd": (
        (NETWORK, PROBING, RECEIVED, "TFTP error: TFTP buffer of 120762368 bytes is too small for big.img\n", FAILED),
        RuleId.MEMORY_EXCEEDED,
    ),
    "an entry that is not there stops it": (
        (NETWORK, "ERROR: loadparm is set to an entry that is not available in the pxelinux.cfg file!\n"),
        RuleId.ENTRY_MISSING,
    ),
    "a kernel for newer machines": (
        (
            NETWORK,
            "Network loading done, starting kernel...\nThe Linux kernel requires more recent processor hardware\n",
        ),
        RuleId.MACHINE_TOO_OLD,
    ),
    "another boot begins anew": ((NETWORK, MISSING, "Linux version 6\n", NETWORK, PROBING), None),
}


@pytest.mark.parametrize(("said", "rule"), ENDS.values(), ids=ENDS)
def test_a_boot_ends_for(said: Sequence[str], rule: RuleId | None) -> None:
    assert speech("".join(said)).rule is rule


def test_what_is_started_is_silent_until_it_speaks() -> None:
    starting = NETWORK + "Network loading done, starting kernel...\n"
    assert not speech(NETWORK).is_silent
    assert speech(starting).is_silent
    assert not speech(starting + "Linux version 6\n").is_silent


def test_a_guest_that_repeats_itself_fills_nothing() -> None:
    assert len(speech(NETWORK + MISSING * 1000).complaints) == 64
