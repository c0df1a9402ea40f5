"""What the files make likely where nothing came of them; those of real guests are in tests/contract/firmware."""

import pytest

from netipl.firmware.rules import RuleId
from netipl.firmware.spoken.silence import suspicions
from tests.unit.firmware.spoken.test_speech import NETWORK, RECEIVED, speech

STARTING = "Network loading done, starting kernel...\n"

FIRST = {
    "nothing is known": ("", RuleId.KERNEL_SILENT, False),
    "a small boot file": ("TFTP: Received a.cfg (102 Bytes)\n", RuleId.MAGIC_MISSING, True),
    "a large one": ("TFTP: Received a.img (4948 KBytes)\n", RuleId.BOOT_FILE_IS_NONE, False),
    "a list": ("TFTP: Received a.ins (90 Bytes)\nParsing .INS file:\n", RuleId.INS_OVERLAP, False),
    "a small kernel": (RECEIVED + "TFTP: Received k (78 Bytes)\n", RuleId.KERNEL_IS_NONE, True),
    "a large one of an entry": (RECEIVED + "TFTP: Received k (4948 KBytes)\n", RuleId.KERNEL_IS_NONE, False),
    "an empty one": (
        RECEIVED + "TFTP error: unknown error\nTFTP: Received i (1024 KBytes)\n",
        RuleId.FILE_EMPTY,
        False,
    ),
}


@pytest.mark.parametrize(("said", "rule", "is_certain"), FIRST.values(), ids=FIRST)
def test_the_likeliest_comes_first_and_alone_where_it_is_certain(said: str, rule: RuleId, is_certain: bool) -> None:
    found = suspicions(speech(NETWORK + said + STARTING))
    assert (found[0].rule, found[0].is_certain) == (rule, is_certain)
    assert len(found) == 1 or not is_certain
    assert is_certain or "console=ttysclp0" in found[-1].words


def test_files_are_named() -> None:
    [found] = suspicions(speech(NETWORK + RECEIVED + "TFTP: Received text.img (78 Bytes)\n" + STARTING))
    assert found.words == "text.img has 78 bytes, and no kernel is so small"
