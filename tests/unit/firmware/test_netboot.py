"""The model prints, byte for byte, what real guests printed, and ends as they did: one case per transcript."""

import re

import pytest

from tests.scripted_network import run_model
from tests.unit.firmware.transcripts import CASES, DIRECTORY, EXCLUDED, transcript

_STARTED = re.compile(rb"starting kernel\.\.\.\r+\n\r\n")
_DEVICE = b"LOADPARM=["
_FIRST_LINE_OF_ALL = b"  Using MAC address"


def test_every_transcript_has_its_case_or_a_reason() -> None:
    present = {path.stem for path in DIRECTORY.glob("[0-9]*.txt")}
    assert present == CASES.keys() | EXCLUDED.keys()
    assert not CASES.keys() & EXCLUDED.keys()


@pytest.mark.parametrize("name", CASES)
def test_prints_and_ends_as_the_real_guest(name: str) -> None:
    case = CASES[name]
    machine, script = case.parts(name)
    record = run_model(machine, script, until=200)
    real, model = _network_part(transcript(name)), record.console
    if not real.startswith(_DEVICE):  # virsh attached too late for the first lines
        model = model[model.index(_FIRST_LINE_OF_ALL) :]
    if case.shown:
        real = real[: case.shown]
    assert model[: len(real)] == real
    if case.cut:
        return
    assert model == real
    assert record.finished
    assert (record.finished.verdict, record.finished.started) == (case.verdict, case.started)


def _network_part(text: bytes) -> bytes:
    """Without the kernel's lines, other devices before and after, and what virsh says."""
    devices = [found.start() for found in re.finditer(re.escape(_DEVICE), text)]
    if not devices:
        text = text[text.index(_FIRST_LINE_OF_ALL) :]
    elif b"Network boot device" in text[devices[-1] :]:
        text = text[devices[-1] :]
    else:
        text = text[: devices[-1]]
    started = _STARTED.search(text)
    return text[: started.end()] if started else text
