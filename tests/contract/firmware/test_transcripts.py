"""The model prints what the real guest printed, byte for byte, and ends as it ended: every transcript is a row."""

import re
from dataclasses import replace
from pathlib import Path

import pytest

from netipl.firmware.limits import MIB
from netipl.firmware.netboot import Machine
from netipl.firmware.versions import Version
from netipl.net import Mac
from tests.contract.firmware.transcript_cases import (
    CASES,
    FILES,
    NO_NETWORK_BOOT,
    Case,
    laboratory,
    version,
)
from tests.scripted_network import GUEST, SERVER, Record, run_model

TRANSCRIPTS = Path(__file__).parents[2] / "vectors" / "transcripts"
MACHINE_ADDRESS = Mac.parse("52:54:00:13:33:0a")


def _boot(name: str, case: Case) -> Record:
    place = laboratory(name)
    script = case.script
    tree = {**FILES, **({} if case.default is None else {b"pxelinux.cfg/default": case.default}), **case.tree}
    script = replace(
        script,
        tree=tree,
        address=place.address if script.address == GUEST else script.address,
        server=place.server if script.server == SERVER else script.server,
    )
    machine = Machine(
        mac=MACHINE_ADDRESS,
        xid=1,
        uuid=place.uuid,
        version=version(name),
        memory=(1024 if name.endswith("1G") else 512) * MIB,
        loadparm=case.loadparm,
        other_devices=case.other_devices,
    )
    return run_model(machine, script)


def _part(text: bytes, case: Case) -> bytes:
    before, ends, _ = text[text.index(case.begins) :].partition(case.ends)
    return before + ends


@pytest.mark.parametrize("name", CASES)
def test_the_model_prints_the_lines_of_the_real_guest_and_ends_as_it_did(name: str) -> None:
    case = CASES[name]
    transcript = (TRANSCRIPTS / f"{name}.txt").read_bytes()
    record = _boot(name, case)
    real, printed = _part(transcript, case), _part(record.console, case)
    assert printed[: len(real)] == real
    assert case.cut or len(printed) == len(real)
    assert record.finished is not None
    finished = record.finished
    assert (finished.verdict, finished.started, finished.cause) == (case.verdict, case.started, case.cause)


@pytest.mark.parametrize("name", [name for name, case in CASES.items() if case.ends == Case().ends])
def test_the_kernel_gets_the_command_line_that_it_prints(name: str) -> None:
    transcript = (TRANSCRIPTS / f"{name}.txt").read_bytes()
    shown = re.search(rb"Kernel command line: (.*?)\r\n", transcript)
    if shown is None or b"viains=1" in shown[1] or b"root=/dev/ram0" in shown[1]:
        return  # not shown, brought by a file of an .ins list, or the kernel's own
    finished = _boot(name, CASES[name]).finished
    assert finished is not None
    assert finished.command_line == shown[1]


def test_every_transcript_is_a_case_or_says_why_not() -> None:
    recorded = {path.stem for path in TRANSCRIPTS.glob("*.txt") if not path.stem.startswith("tcpdump")}
    assert recorded == CASES.keys() | NO_NETWORK_BOOT.keys()
    assert not CASES.keys() & NO_NETWORK_BOOT.keys()


def test_the_transcripts_are_of_three_firmwares() -> None:
    assert {version(name) for name in CASES} == {Version(7, 2), Version(10, 0), Version(11, 1)}
