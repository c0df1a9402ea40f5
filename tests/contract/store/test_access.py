"""Who may read a file, judged by the table of acl(5), and by the kernel itself for files on this disk."""

import os
import pwd
import stat
import struct
import subprocess
import tempfile
from itertools import product
from pathlib import Path

import pytest

from netipl.errors import UsageError
from netipl.store.access import Account, Rights, account, denied, permitted, rights

READ = 4
OWNER, NAMED, STRANGER = 1000, 1001, 1002
READER = Account(name="r", uid=OWNER, groups=frozenset({100, 200}))
USER_OBJ, USER, GROUP_OBJ, GROUP, MASK, OTHER = 1, 2, 4, 8, 16, 32
NOBODY = 0xFFFFFFFF


def file(mode: int, *acl: tuple[int, int, int], uid: int = 1, gid: int = 1) -> Rights:
    return Rights(uid=uid, gid=gid, mode=stat.S_IFREG | mode, acl=acl)


@pytest.mark.parametrize(
    ("found", "may"),
    {
        "the owner by the owner's bits": (file(0o400, uid=OWNER), True),
        "the owner, whatever others may": (file(0o044, uid=OWNER), False),
        "a group by the group's bits": (file(0o040, gid=200), True),
        "a group, whatever others may": (file(0o004, gid=200), False),
        "others": (file(0o004), True),
        "nobody": (file(0o440), False),
        "a named user": (file(0o040, (USER, 4, OWNER), (MASK, 4, NOBODY)), True),
        "a named user behind the mask": (file(0o020, (USER, 4, OWNER), (MASK, 2, NOBODY)), False),
        "behind an empty mask nobody is named": (file(0o004, (USER, 0, OWNER), (MASK, 0, NOBODY)), True),
        "a named user, whatever others may": (file(0o074, (USER, 0, OWNER), (MASK, 7, NOBODY)), False),
        "another named user": (file(0o040, (USER, 4, NAMED), (MASK, 4, NOBODY)), False),
        "a named group": (file(0o040, (GROUP, 4, 100), (MASK, 4, NOBODY)), True),
        "one of two groups": (file(0o040, (GROUP_OBJ, 0, NOBODY), (GROUP, 4, 100), (MASK, 4, NOBODY), gid=200), True),
        "its group by the entry, not by the mode": (
            file(0o040, (GROUP_OBJ, 0, NOBODY), (MASK, 4, NOBODY), gid=200),
            False,
        ),
    }.values(),
)
def test_permitted(found: Rights, *, may: bool) -> None:
    assert permitted(found, READER, READ) is may


def test_root_may_all() -> None:
    assert permitted(file(0), Account(name="root", uid=0, groups=frozenset()), READ)


def test_an_account_has_all_its_groups() -> None:
    found = account("root")
    assert (found.uid, pwd.getpwnam("root").pw_gid in found.groups) == (0, True)


def test_an_unknown_user_is_wrong_usage() -> None:
    with pytest.raises(UsageError, match="no user 'nobody-at-all'"):
        account("nobody-at-all")


def test_the_way_to_a_file_counts() -> None:
    stranger = Account(name="s", uid=STRANGER, groups=frozenset())
    with tempfile.TemporaryDirectory() as name:
        directory = Path(name).resolve() / "d"
        directory.parent.chmod(0o711)
        directory.mkdir(mode=0o700)
        path = directory / "f"
        path.write_bytes(b"x")
        path.chmod(0o644)
        assert denied(path, stranger) == f"s may not enter {directory}"
        directory.chmod(0o711)
        assert denied(path, stranger) == ""
        path.chmod(0o640)
        assert denied(path, stranger) == "s has no right to read it (mode 0640)"


def _with_acl(path: Path, *entries: tuple[int, int, int]) -> None:
    """As setfacl writes it; entries are sorted by tag and id."""
    data = struct.pack("<I", 2) + b"".join(struct.pack("<HHI", *entry) for entry in sorted(entries))
    os.setxattr(path, "system.posix_acl_access", data)


@pytest.mark.root
@pytest.mark.skipif(os.geteuid() != 0, reason="needs root to become other users")
@pytest.mark.parametrize(("owner", "group", "named"), list(product((OWNER, STRANGER), (100, 300), (OWNER, NAMED))))
def test_the_kernel_decides_alike(owner: int, group: int, named: int, tmp_path: Path) -> None:
    tmp_path.chmod(0o711)
    files = []
    for number, (user, ours, other, mask, user_entry, group_entry) in enumerate(product((0, 4), repeat=6)):
        path = tmp_path / str(number)
        path.write_bytes(b"x")
        os.chown(path, owner, group)
        _with_acl(
            path,
            (USER_OBJ, user, NOBODY),
            (USER, user_entry, named),
            (GROUP_OBJ, ours, NOBODY),
            (GROUP, group_entry, 200),
            (MASK, mask, NOBODY),
            (OTHER, other, NOBODY),
        )
        files.append(path)
    tests = "".join(f"test -r {path.name} && echo {path.name};" for path in files)
    done = subprocess.run(
        ["setpriv", f"--reuid={OWNER}", "--regid=100", "--groups=100,200", "sh", "-c", f"{tests} true"],
        capture_output=True,
        text=True,
        check=True,
        cwd=tmp_path,
    )
    assert {path.name for path in files if permitted(rights(path), READER, READ)} == set(done.stdout.split())
