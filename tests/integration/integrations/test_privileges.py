"""What the kernel says of a process that has dropped its rights, and of one that it starts."""

import grp
import json
import os
import shutil
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

import pytest

from netipl.errors import UnavailableError, UsageError
from netipl.integrations import privileges

NOTHING, KEPT = "0" * 16, f"{(1 << 10) | (1 << 13):016x}"
SETS = ("CapInh", "CapPrm", "CapEff", "CapBnd", "CapAmb")
NOBODY = 65534

_SCRIPT = """
import json, os, socket, subprocess, sys
from pathlib import Path
from netipl.content import of_file
from netipl.errors import NetiplError
from netipl.integrations.privileges import drop

before, user, file = json.loads(sys.argv[1])
exec(before)
try:
    drop(user)
except NetiplError as error:
    print(json.dumps({"error": str(error), "remedy": error.remedy}))
    sys.exit()

def status(text):
    return dict(line.split(":\\t", 1) for line in text.splitlines() if ":\\t" in line)

def works(*arguments, bind=None):
    try:
        with socket.socket(*arguments) as opened:
            if bind:
                opened.bind(bind)
        return True
    except PermissionError:
        return False

child = subprocess.run(["cat", "/proc/self/status"], capture_output=True, text=True, check=True)
print(json.dumps({
    "own": status(Path("/proc/self/status").read_text()),
    "child": status(child.stdout),
    "raw": works(socket.AF_PACKET, socket.SOCK_RAW),
    "low": works(socket.AF_INET, socket.SOCK_DGRAM, bind=("127.9.8.7", 9)),
    "size": of_file(Path(file)).size,
}))
"""

as_root = pytest.mark.skipif(os.geteuid() != 0, reason="only root has rights to drop")


@dataclass(frozen=True, kw_only=True)
class Dropped:
    """What a process finds: its status and that of one it starts, which sockets it may have, the size of a file."""

    own: dict[str, str]
    child: dict[str, str]
    raw: bool
    low: bool
    size: int


def dropped(before: str = "", user: str | None = None, prefix: tuple[str, ...] = ()) -> Dropped:
    """Of a process that drops its rights after `before`."""
    return Dropped(**json.loads(output(before, user, prefix)))


def output(before: str = "", user: str | None = None, prefix: tuple[str, ...] = ()) -> str:
    """In JSON; or of the error and its remedy."""
    command = [*prefix, sys.executable, "-c", _SCRIPT, json.dumps([before, user, "/etc/passwd"])]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    return done.stdout


def sets(status: dict[str, str]) -> tuple[str, ...]:
    return tuple(status[name] for name in SETS)


@as_root
@pytest.mark.parametrize("user", [None, "nobody"])
def test_root_keeps_raw_sockets_and_low_ports_alone(user: str | None) -> None:
    found = dropped(user=user)
    assert sets(found.own) == (NOTHING, KEPT, KEPT, NOTHING, NOTHING)
    assert found.own["NoNewPrivs"] == "1"
    assert (found.raw, found.low) == (True, True)


@as_root
@pytest.mark.parametrize("user", [None, "nobody"])
def test_a_program_that_is_started_has_nothing(user: str | None) -> None:
    found = dropped(user=user)
    assert sets(found.child) == (NOTHING,) * 5


@as_root
def test_the_user_is_become_with_its_own_groups_only() -> None:
    status = dropped(before="os.setgroups([0, 4, 24])", user="nobody").own
    assert set(status["Uid"].split()) == {str(NOBODY)}
    assert len(set(status["Gid"].split())) == 1
    assert "0" not in status["Groups"].split()


@as_root
def test_files_are_read_by_the_new_user() -> None:
    assert dropped(user="nobody").size == Path("/etc/passwd").stat().st_size


@as_root
def test_who_never_was_root_loses_only_the_hope_of_it() -> None:
    found = dropped(before=f"os.setresgid({NOBODY}, {NOBODY}, {NOBODY}); os.setresuid({NOBODY}, {NOBODY}, {NOBODY})")
    inheritable, permitted, effective, _, ambient = sets(found.own)
    assert {inheritable, permitted, effective, ambient} == {NOTHING}
    assert found.own["NoNewPrivs"] == "1"
    assert found.raw is False


@pytest.mark.skipif(shutil.which("unshare") is None, reason="unshare of util-linux is not installed")
def test_root_of_a_user_namespace_keeps_the_same() -> None:
    prefix = ("unshare", "--user", "--map-root-user", "--net")
    if subprocess.run([*prefix, "true"], check=False, capture_output=True).returncode != 0:
        pytest.skip("this system makes no user namespaces")
    found = dropped(prefix=prefix)
    assert sets(found.own) == (NOTHING, KEPT, KEPT, NOTHING, NOTHING)
    assert sets(found.child) == (NOTHING,) * 5
    assert found.raw is True


@pytest.mark.skipif(shutil.which("unshare") is None, reason="unshare of util-linux is not installed")
def test_root_of_a_user_namespace_cannot_become_another_and_says_so() -> None:
    prefix = ("unshare", "--user", "--map-root-user")
    if subprocess.run([*prefix, "true"], check=False, capture_output=True).returncode != 0:
        pytest.skip("this system makes no user namespaces")
    told = json.loads(output(user="nobody", prefix=prefix))
    assert told["error"].startswith("becoming nobody: ")
    assert "leave out user" in told["remedy"]


def test_rights_are_not_dropped_beside_a_running_thread() -> None:
    before = "import threading; threading.Thread(target=threading.Event().wait, daemon=True).start()"
    with pytest.raises(AssertionError, match="a thread that runs already would keep all rights"):
        dropped(before=before)


@as_root
def test_directories_are_made_for_the_user(tmp_path: Path) -> None:
    path = tmp_path / "state" / "netipl"
    privileges.prepare_directory(path, "nobody")
    privileges.prepare_directory(path, "nobody")
    status = path.stat()
    assert (status.st_uid, status.st_mode & 0o7777) == (NOBODY, 0o750)


def test_directories_that_cannot_be_made_are_told(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    with pytest.raises(UnavailableError, match="Not a directory") as caught:
        privileges.prepare_directory(tmp_path / "file" / "netipl", None)
    assert "state_directory" in caught.value.remedy


@as_root
def test_a_user_that_is_not_known_is_told(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="no user nil-0"):
        privileges.prepare_directory(tmp_path / "x", "nil-0")


@as_root
def test_a_directory_is_given_to_a_group_whose_members_may_enter(tmp_path: Path) -> None:
    privileges.prepare_directory(tmp_path / "run", "nobody", group="daemon")
    made = (tmp_path / "run").stat()
    assert (made.st_uid, made.st_gid, made.st_mode & 0o777) == (NOBODY, grp.getgrnam("daemon").gr_gid, 0o750)


@as_root
def test_a_group_that_this_process_is_not_in_is_told_with_a_remedy(tmp_path: Path) -> None:
    tmp_path.chmod(0o777)
    script = (
        "import os, sys; from pathlib import Path; from netipl.integrations.privileges import prepare_directory\n"
        "from netipl.errors import UnavailableError\n"
        "os.setgroups([]); os.setresgid(*[65534] * 3); os.setresuid(*[65534] * 3)\n"
        "try: prepare_directory(Path(sys.argv[1]), None, group='daemon')\n"
        "except UnavailableError as error: print(error, error.remedy)"
    )
    command = [sys.executable, "-c", script, str(tmp_path / "run")]
    told = subprocess.run(command, check=True, capture_output=True, text=True).stdout
    assert "for the group daemon: Operation not permitted" in told
    assert "SupplementaryGroups=" in told
