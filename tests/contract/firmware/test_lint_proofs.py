"""No rule of lint lacks its evidence: a transcript of a real guest, or a boot that tests/e2e makes; lint finds both."""

from collections import defaultdict

import pytest

from netipl.firmware.kernel import Started
from netipl.firmware.lint.finding import Finding
from netipl.firmware.lint.tree import Use, lint, lint_file
from netipl.firmware.netboot import Machine
from netipl.firmware.rules import RULES, RuleId
from netipl.firmware.versions import Version
from netipl.net import Mac
from tests.contract.firmware.proof_cases import NEWEST, NOT_SEEN, PROOFS, STARTED, Proof
from tests.contract.firmware.test_transcripts import TRANSCRIPTS
from tests.contract.firmware.transcript_cases import version
from tests.scripted_network import Record, run_model

VERSIONS = (Version(7, 2), Version(10, 0))
MACHINE_ADDRESS = Mac.parse("52:54:00:13:33:0a")
RECORDED = [(rule, proof) for rule, proofs in PROOFS.items() for proof in proofs if proof.transcript]
MADE = [
    (rule, proof, guest)
    for rule, proofs in PROOFS.items()
    for proof in proofs
    if not proof.transcript
    for guest in VERSIONS
    if proof.is_for(guest)
]
ALL = [(rule, proof, version(proof.transcript)) for rule, proof in RECORDED] + MADE

ENTERED = {RuleId.INS_OVERLAP, RuleId.INS_INITRD_LOCATION}
"""Entered as Linux all the same; what becomes of it then, the model does not know."""


def named(rule: RuleId, proof: Proof, guest: object = "") -> str:
    """The id of a case: short, for it ends up in the environment of programs."""
    return f"{rule}-{proof.transcript or f'{PROOFS[rule].index(proof)}-{guest}'}"


def found(proof: Proof, guest: Version) -> tuple[Finding, ...]:
    """What lint says of the whole tree, and of the boot file."""
    tree, target, file = proof.described(), proof.target(guest), proof.named().file
    alone = lint_file(file, tree[file], Use.BOOT_FILE, tree, target) if file in tree else ()
    return lint(tree, target) + alone


def booted(proof: Proof, guest: Version) -> Record:
    """By the model."""
    machine = Machine(mac=MACHINE_ADDRESS, xid=5, version=guest, memory=proof.memory)
    return run_model(machine, proof.named())


def test_every_rule_that_files_can_break_has_its_evidence() -> None:
    breakable = {rule for rule, row in RULES.items() if row.severity is not None}
    assert breakable == PROOFS.keys() | NOT_SEEN.keys()
    assert not PROOFS.keys() & NOT_SEEN.keys()


def test_what_was_not_seen_is_not_called_measured() -> None:
    assert [rule for rule in NOT_SEEN if RULES[rule].measured] == []
    assert [rule for rule in PROOFS if not RULES[rule].measured] == []


def test_a_rule_is_measured_with_the_versions_of_its_evidence() -> None:
    seen: dict[RuleId, set[Version]] = defaultdict(set)
    for rule, proof, guest in ALL:
        if guest == VERSIONS[0] or not proof.once:
            seen[rule].add(guest)
    assert seen == {rule: set(RULES[rule].measured) for rule in PROOFS}


@pytest.mark.parametrize(("rule", "proof", "guest"), [pytest.param(*case, id=named(*case)) for case in ALL])
def test_lint_finds_the_rule_in_the_files_of_the_boot(rule: RuleId, proof: Proof, guest: Version) -> None:
    assert rule in {finding.rule for finding in found(proof, guest)}


@pytest.mark.parametrize(("rule", "proof"), [pytest.param(*case, id=named(*case)) for case in RECORDED])
def test_the_transcript_of_a_real_guest_shows_it(rule: RuleId, proof: Proof) -> None:
    text = (TRANSCRIPTS / f"{proof.transcript}.txt").read_bytes()
    assert proof.shows in text
    assert proof.hides not in text


@pytest.mark.parametrize(("rule", "proof", "guest"), [pytest.param(*case, id=named(*case)) for case in MADE])
def test_the_model_shows_it(rule: RuleId, proof: Proof, guest: Version) -> None:
    if rule is RuleId.MEMORY_TOO_LITTLE:
        pytest.skip("the model has no memory of its own that could be too little")
    record = booted(proof, guest)
    assert proof.shows in record.console
    assert proof.hides not in record.console
    assert not proof.asks or any(line.startswith(f"RRQ {proof.asks!r} ") for line in record.from_guest)
    if proof.shows is STARTED and proof.runs is not None:
        assert record.finished is not None
        assert (record.finished.started is Started.LINUX) is (rule in ENTERED)


def test_words_of_a_rule_are_in_the_evidence_that_shows_it() -> None:
    for rule, proofs in PROOFS.items():
        for words in (RULES[rule].words, *(RULES[shown].words for shown in RULES[rule].shows)):
            assert words or not RULES[rule].words
        if RULES[rule].words and proofs[0].shows is not STARTED:
            beginning = RULES[rule].words.partition("{")[0].strip("'").encode()
            assert any(beginning in proof.shows or proof.shows in RULES[rule].words.encode() for proof in proofs), rule


def test_newest_is_after_all_versions_of_the_table() -> None:
    assert all(row.first < NEWEST for row in RULES.values())
