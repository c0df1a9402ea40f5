"""What lint says of files, against the real firmware that boots them: every rule without a transcript, every QEMU.

The boots and what they must show are rows of tests/contract/firmware/proof_cases.py. Needs QEMU, no rights.
"""

from collections.abc import Iterator, Mapping
from concurrent.futures import Future, ThreadPoolExecutor
from pathlib import Path

import pytest

from netipl.firmware.netboot import Machine
from netipl.firmware.rules import RULES, RuleId
from netipl.net import Mac
from tests.contract.firmware.proof_cases import PROOFS, Proof
from tests.contract.firmware.test_lint_proofs import found, named
from tests.real_firmware import Qemu, boot, qemus
from tests.scripted_network import Record

QEMUS = qemus()
CASES: Mapping[str, tuple[RuleId, Proof, Qemu]] = {
    named(rule, proof, qemu): (rule, proof, qemu)
    for rule, proofs in PROOFS.items()
    for proof in proofs
    for qemu in QEMUS
    if not proof.transcript and proof.is_for(qemu.version) and (qemu == QEMUS[0] or not proof.once)
}
_Boots = Mapping[str, "Future[Record]"]


@pytest.fixture(scope="module")
def boots(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[_Boots]:
    """The boots of the selected cases, two at a time; those that take long come first."""
    selected = [
        item.callspec.params["name"]
        for item in request.session.items
        if isinstance(item, pytest.Function) and item.originalname == TEST
    ]
    with ThreadPoolExecutor(max_workers=2) as pool:
        running = {
            name: pool.submit(_booted, proof, qemu, tmp_path_factory.mktemp("boot"))
            for name, (_, proof, qemu) in sorted(CASES.items(), key=lambda case: not case[1][1].once)
            if name in selected
        }
        yield running
        for future in running.values():
            future.cancel()


def _booted(proof: Proof, qemu: Qemu, directory: Path) -> Record:
    machine = Machine(mac=Mac.parse("52:54:00:13:33:0a"), xid=5, version=qemu.version, memory=proof.memory)
    return boot(qemu, machine, proof.named(), directory, until=proof.until)


@pytest.mark.skipif(not QEMUS, reason="needs qemu-system-s390x")
@pytest.mark.parametrize("name", CASES)
def test_the_firmware_does_what_the_rule_says(name: str, boots: _Boots) -> None:
    rule, proof, qemu = CASES[name]
    record = boots[name].result()
    assert proof.shows in record.console
    assert proof.hides not in record.console
    assert not proof.asks or any(line.startswith(f"RRQ {proof.asks!r} ") for line in record.from_guest)
    assert proof.runs is None or (record.seconds >= proof.until) is proof.runs
    severity = RULES[rule].severity_for(qemu.version)
    assert severity in {finding.severity for finding in found(proof, qemu.version) if finding.rule is rule}


TEST = test_the_firmware_does_what_the_rule_says.__name__
