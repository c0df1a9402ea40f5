"""The firmware model against the real firmware, packet by packet and byte by byte of the console.

Both boot from the same scripted server over the same way, which loses and doubles by number. Needs QEMU, no rights:
the test itself is the network. Every QEMU at hand is compared: the installed one, and those in NETIPL_QEMU_ROOTS.
"""

from collections.abc import Callable, Iterator, Mapping
from concurrent.futures import Future, ThreadPoolExecutor
from copy import copy
from pathlib import Path

import pytest

from netipl.firmware.kernel import Started
from tests.firmware_cases import CASES, Case
from tests.real_firmware import KERNEL_END, Qemu, boot, qemus
from tests.scripted_network import Record, run_model

_Boots = Mapping[tuple[str, str], "Future[Record]"]
QEMUS = qemus()
A_SECOND_OF_THE_FIRMWARE = 0.9
"""It counts those in which it hears nothing. A boot that differs is done again only if the machine stood still so long:
another count is then no fault of the model.
"""


@pytest.fixture(scope="module")
def boots(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[_Boots]:
    """The real boots of the selected cases, two at a time."""
    with ThreadPoolExecutor(max_workers=2) as pool:
        running = {
            (name, str(qemu)): pool.submit(real_boot, qemu, CASES[name], tmp_path_factory.mktemp("boot"))
            for name, qemu in _selected(request)
        }
        yield running
        for future in running.values():
            future.cancel()


def _selected(request: pytest.FixtureRequest) -> Iterator[tuple[str, Qemu]]:
    for item in request.session.items:
        if isinstance(item, pytest.Function) and item.originalname == TEST.__name__:
            name, qemu = item.callspec.params["name"], item.callspec.params["qemu"]
            assert isinstance(name, str)
            assert isinstance(qemu, Qemu)
            if CASES[name].is_for(qemu, QEMUS):
                yield name, qemu


def real_boot(qemu: Qemu, case: Case, directory: Path) -> Record:
    machine, script = case.parts(qemu)
    return boot(qemu, machine, script, directory, until=case.until)


@pytest.mark.skipif(not QEMUS, reason="needs qemu-system-s390x")
@pytest.mark.parametrize("qemu", QEMUS, ids=str)
@pytest.mark.parametrize("name", CASES)
def test_model_is_the_firmware(name: str, qemu: Qemu, boots: _Boots, tmp_path: Path) -> None:
    case = CASES[name]
    if not case.is_for(qemu, QEMUS):
        pytest.skip("takes long, and another QEMU is asked" if case.alone is not None else "this firmware hangs there")
    real = boots[name, str(qemu)].result()
    try:
        compare(qemu, case, real)
    except AssertionError:
        if real.stillness < A_SECOND_OF_THE_FIRMWARE:
            raise
        compare(qemu, case, real_boot(qemu, case, tmp_path))


def compare(qemu: Qemu, case: Case, real: Record) -> None:
    machine, script = case.parts(qemu)
    model = run_model(machine, copy(script), until=case.until)
    assert _sent_for_sure(model) == _sent_for_sure(real)
    assert model.from_server == real.from_server
    assert model.console == real.console
    assert len(model.transactions) == len(real.transactions)
    assert model.neighbours == real.neighbours
    started = model.finished and model.finished.started in (Started.LINUX, Started.PSW)
    assert bool(started) == (real.stopped == KERNEL_END)


def _sent_for_sure(record: Record) -> list[str]:
    """Without a RELEASE that is the first packet to the server: the firmware waits for no answer to its ARP."""
    if any(line.startswith("RRQ") for line in record.from_guest):
        return record.from_guest
    return [line for line in record.from_guest if not line.startswith("RELEASE")]


TEST: Callable[..., None] = test_model_is_the_firmware
