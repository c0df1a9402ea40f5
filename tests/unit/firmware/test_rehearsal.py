"""The loader, run against files at hand, does what the transcripts show of the firmware."""

from collections.abc import Mapping

import pytest

from netipl.firmware.kernel import Started
from netipl.firmware.limits import MIB, limits_of
from netipl.firmware.rehearsal import Held, Rehearsal, rehearse
from netipl.firmware.rules import RuleId
from netipl.firmware.versions import Version

KERNEL = Held(size=5_000_000, head=bytes(0x10008) + b"S390EP")
LABEL = b"# pxelinux\ndefault a\nlabel a\nkernel k\ninitrd i\nappend quiet\n"
LIST = b"* list\nk 0x0\ni 0x800000\n"


def held(data: bytes) -> Held:
    return Held(size=len(data), head=data)


def rehearsed(files: Mapping[bytes, Held], name: bytes = b"boot", qemu: Version | None = None) -> Rehearsal:
    return rehearse(name, files.get, limits=limits_of(qemu), memory=512 * MIB)


def test_a_kernel_is_started_at_once() -> None:
    found = rehearsed({b"boot": KERNEL})
    assert (found.started, found.asked, found.probed) == (Started.LINUX, (b"boot",), False)


def test_a_configuration_loads_its_kernel_and_initrd() -> None:
    found = rehearsed({b"boot": held(LABEL), b"k": KERNEL, b"i": held(b"initrd")})
    assert (found.started, found.asked, found.command_line) == (Started.LINUX, (b"boot", b"k", b"i"), b"quiet")
    assert b"TFTP: Received k (4882 KBytes)" in found.console


def test_a_list_loads_its_parts() -> None:
    found = rehearsed({b"boot": held(LIST), b"k": KERNEL, b"i": held(b"initrd")})
    assert (found.started, found.asked) == (Started.LINUX, (b"boot", b"k", b"i"))


def test_a_failing_list_boots_the_default_configuration_instead() -> None:
    """tests/vectors/transcripts/7.2-err-ins-missing-file.txt."""
    found = rehearsed({b"boot": held(LIST), b"k": KERNEL, b"pxelinux.cfg/default": held(LABEL), b"i": held(b"")})
    assert found.probed
    assert found.asked[-2:] == (b"k", b"i")
    assert found.started is Started.LINUX


@pytest.mark.parametrize(
    ("files", "rule"),
    [
        pytest.param({}, RuleId.FILE_MISSING, id="nothing there"),
        pytest.param({b"boot": held(b"1234567")}, RuleId.BOOT_FILE_TOO_SMALL, id="7 bytes"),
        pytest.param({b"boot": Held(size=200 << 20, head=b"")}, RuleId.FILE_TOO_LARGE, id="too large"),
        pytest.param({b"boot": held(b"* x\nk 0\n")}, RuleId.FILE_MISSING, id="a list of what is missing"),
        pytest.param({b"boot": held(b"* list\nk\n")}, RuleId.INS_NO_SEPARATOR, id="a list without addresses"),
        pytest.param(
            {b"boot": held(LABEL), b"k": KERNEL, b"i": Held(size=125 << 20, head=b"")},
            RuleId.FILE_TOO_LARGE,
            id="an initrd that does not fit behind its kernel",
        ),
    ],
)
def test_what_fails_is_the_rule_that_was_broken_first(files: Mapping[bytes, Held], rule: RuleId) -> None:
    found = rehearsed(files)
    assert (found.started, found.failed) == (None, rule)


def test_a_name_that_the_request_cannot_hold_gets_nothing() -> None:
    name = b"n" * 208
    assert rehearsed({name: KERNEL}, name).failed is RuleId.UNEXPECTED_PACKETS
    assert rehearsed({name[:207]: KERNEL}, name[:207]).started is Started.LINUX


def test_more_memory_is_there_for_a_merged_image() -> None:
    large = {b"boot": Held(size=200 << 20, head=KERNEL.head)}
    assert rehearsed(large, qemu=Version(7, 2)).started is None
    assert rehearsed(large, qemu=Version(10, 0)).started is Started.LINUX
