"""What ksvalidator, cloud-init, ignition-validate, debconf-set-selections and the shell say of answer files."""

import os
import shutil
import sys
from collections.abc import Mapping
from pathlib import Path

import pytest

from netipl.answers import overlay, render
from netipl.answers.kind import Kind
from netipl.integrations.checkers import CHECKERS, Verdict, checked
from netipl.store import templates
from tests import peers
from tests.contract.answers.installers import INSTALLERS, Installer
from tests.unit.answers.cases import LEAST

SHIPPED = templates.shipped()
BY_KIND = {each.kind: each for each in INSTALLERS}


@pytest.fixture(scope="session")
def programs(tmp_path_factory: pytest.TempPathFactory) -> str:
    """The PATH with pykickstart of the development environment, and programs unpacked from Debian's packages."""
    directory = tmp_path_factory.mktemp("programs")
    root = peers.peer("cloud-init")
    libraries = root / "usr/lib/python3/dist-packages"
    program = directory / "cloud-init"
    python = shutil.which("python3", path="/usr/bin") or sys.executable
    program.write_text(f'#!/bin/sh\nPYTHONPATH={libraries} exec {python} {root}/usr/bin/cloud-init "$@"\n')
    program.chmod(0o755)
    (directory / "ignition-validate").symlink_to(peers.program("ignition", "ignition-validate"))
    return os.pathsep.join([str(directory), str(Path(sys.executable).parent), os.environ["PATH"]])


@pytest.mark.parametrize("installer", INSTALLERS, ids=str)
def test_nothing_is_wrong_with_what_is_shipped(installer: Installer, programs: str) -> None:
    for facts in (installer.least(), installer.full()):
        files = render.files(installer.kind, SHIPPED, facts)
        assert checked(installer.kind, files, facts, path=programs) == Verdict(findings=())


FAULTS: Mapping[str, tuple[Kind, str, str, str, tuple[str, str, str]]] = {
    "a command that no Anaconda knows": (
        Kind.KICKSTART,
        "ks.cfg",
        "firstboot --disable\n",
        "firstboot --disable\nfrobnicate\n",
        ("ksvalidator for F43", "frobnicate", "Unknown command: frobnicate"),
    ),
    "an option that it does not know": (
        Kind.KICKSTART,
        "ks.cfg",
        "autopart --type=plain",
        "autopart --type=round",
        ("ksvalidator for F43", "autopart --type=round --nohome", "Invalid autopart type: round"),
    ),
    "a shell program in a section": (
        Kind.KICKSTART,
        "ks.cfg",
        "%pre\n",
        "%pre\nif true; fi\n",
        ("sh -n", "if true; fi", "unexpected"),
    ),
    "a cloud-config": (
        Kind.AUTOINSTALL,
        "user-data",
        "#cloud-config\n",
        "#cloud-config\nruncmd: true\n",
        ("cloud-init schema", "runcmd: true", "is not of type 'array'"),
    ),
    "the cloud-config of the installed system": (
        Kind.AUTOINSTALL,
        "user-data",
        "    disable_root: false\n",
        "    disable_root: 5\n",
        ("cloud-init schema", "    disable_root: 5", "5 is not of type 'boolean'"),
    ),
    "a line of preseed": (
        Kind.PRESEED,
        "preseed.cfg",
        "d-i mirror/country string manual\n",
        "d-i mirror/country\n",
        ("debconf-set-selections", "d-i mirror/country", "parse error on line"),
    ),
    "a path of Ignition": (
        Kind.IGNITION,
        "config.ign",
        '"/etc/hostname"',
        '"etc/hostname"',
        (
            "ignition-validate",
            '      {"path": "etc/hostname", "mode": 420, "overwrite": true, "contents": {"source": "data:,web1%0A"}},',
            "path not absolute",
        ),
    ),
    "a command of preseed": (
        Kind.PRESEED,
        "preseed.cfg",
        "  fi; \\\n  ( until",
        "  ( until",
        ("sh -n", "d-i preseed/early_command string \\", "Syntax error"),
    ),
}


@pytest.mark.parametrize(("kind", "file", "old", "new", "says"), FAULTS.values(), ids=FAULTS)
def test_a_planted_fault_is_found_in_its_line(
    kind: Kind, file: str, old: str, new: str, says: tuple[str, str, str], programs: str
) -> None:
    facts = BY_KIND[kind].least()
    files = dict(render.files(kind, SHIPPED, facts))
    text = files[file].decode()
    assert text.count(old) == 1
    files[file] = text.replace(old, new).encode()
    found = checked(kind, files, facts, path=programs).findings
    assert [(each.by, each.text) for each in found if says[2] in each.message and each.by] == [says[:2]]


def test_a_program_in_an_overlay_is_read_by_the_shell(programs: str) -> None:
    files = {"web1.apkovl.tar.gz": overlay.archive({"etc/local.d/a.start": b"#!/bin/sh\ntrue\nif true; fi\n"})}
    (found,) = checked(Kind.ALPINE, files, LEAST, path=programs).findings
    assert (found.file, found.line, found.by) == ("etc/local.d/a.start", 3, "sh -n")


def test_a_version_that_ksvalidator_does_not_know_is_told(programs: str) -> None:
    facts = Installer(kind=Kind.KICKSTART, family="rhel", version="99.1", title="Red Hat Enterprise Linux 99.1").least()
    (found,) = checked(Kind.KICKSTART, render.files(Kind.KICKSTART, SHIPPED, facts), facts, path=programs).findings
    assert found.message == "ksvalidator knows no RHEL99"


@pytest.mark.parametrize("kind", CHECKERS)
def test_programs_that_are_not_here_are_said(kind: Kind, tmp_path: Path) -> None:
    facts = BY_KIND[kind].least()
    verdict = checked(kind, render.files(kind, SHIPPED, facts), facts, path=str(tmp_path))
    assert verdict.findings == ()
    assert [each.partition(" ")[0] for each in verdict.absent] == [each.program for each in CHECKERS[kind]]


def test_a_program_that_cannot_be_run_is_said(tmp_path: Path) -> None:
    program = tmp_path / "debconf-set-selections"
    program.write_text("#!/nowhere/perl\n")
    program.chmod(0o755)
    facts = BY_KIND[Kind.PRESEED].least()
    verdict = checked(Kind.PRESEED, render.files(Kind.PRESEED, SHIPPED, facts), facts, path=str(tmp_path))
    assert ["it could not be run" in each.message for each in verdict.findings] == [True]
