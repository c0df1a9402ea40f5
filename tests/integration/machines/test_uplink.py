"""The way to the outside, where the outside is a namespace of ours with a web server: no frame leaves this machine."""

import json
import shutil
import subprocess
from pathlib import Path

import pytest

from netipl.errors import UnavailableError
from netipl.machines import uplink
from netipl.machines.uplink import Uplink
from tests.integration.machines.outside import ADDRESS, PORT
from tests.users import ROOT, USERS, python, with_open_tun


def only(program: str, directory: Path) -> str:
    """A PATH on which of the two programs just that one is found."""
    found = shutil.which(program)
    if found is None:
        pytest.skip(f"needs {program}")
    for name in ("sh", "ip", "nft", "unshare"):
        (directory / name).symlink_to(shutil.which(name) or name)
    (directory / program).symlink_to(found)
    for parent in (directory, directory.parent, directory.parent.parent):
        parent.chmod(0o755)
    return str(directory)


@pytest.mark.parametrize("user", USERS)
@pytest.mark.parametrize("program", ["pasta", "slirp4netns"])
@pytest.mark.root
@pytest.mark.skipif(shutil.which("nft") is None, reason="needs nft (package nftables)")
def test_a_guest_reaches_the_outside(user: str, program: str, tmp_path: Path) -> None:
    fetch = python(user, "tests.integration.machines.inside", "uplinked", f"http://{ADDRESS}:{PORT}/")
    outside = ["unshare", "--net", *python("root", "tests.integration.machines.outside")]
    command = with_open_tun([*outside, *fetch, only(program, tmp_path)])
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False, timeout=120)
    assert done.returncode == 0, done.stderr
    assert json.loads(done.stdout) == {"program": program, "page": "the outside"}


def test_without_a_program_for_it_both_are_named(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(UnavailableError, match="neither pasta nor slirp4netns") as raised:
        Uplink.prepare()
    assert "passt" in raised.value.remedy


def test_the_name_server_is_the_one_that_pasta_is_told_to_be() -> None:
    assert all(str(uplink.NAME_SERVER) in command for name, command in uplink._PROGRAMS.items() if name == "pasta")
