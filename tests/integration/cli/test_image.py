"""The commands of `netipl image`: their output, their exit status, and never a traceback."""

import gzip
import io
import json
import os
import subprocess
import sys
from collections.abc import Sequence
from contextlib import redirect_stderr, redirect_stdout
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from netipl.cli import main
from tests.unit.images.archives import EARLY, SYSTEM
from tests.unit.images.kernels import kernel
from tests.unit.images.test_executables import BZIMAGE, S390X
from tests.unit.images.test_secure_execution import image

KERNEL = kernel(version=b"6.1.0 (who@where)")
INITRD = gzip.compress(SYSTEM, mtime=0)
PARAMETERS = b"console=ttysclp0\nquiet\n"


@dataclass(frozen=True, slots=True)
class Said:
    status: int
    output: str
    errors: str

    @property
    def json(self) -> Any:  # Any: JSON
        return json.loads(self.output)


def netipl(*arguments: str | Path) -> Said:
    """The command in this process, by the door that the program has too."""
    output, errors = io.StringIO(), io.StringIO()
    before = sys.argv
    sys.argv = ["netipl", *map(str, arguments)]
    try:
        with redirect_stdout(output), redirect_stderr(errors), pytest.raises(SystemExit) as ended:
            main.main()
    finally:
        sys.argv = before
    status = ended.value.code
    assert "Traceback" not in errors.getvalue()
    return Said(status if isinstance(status, int) else 0, output.getvalue(), errors.getvalue())


@pytest.fixture
def files(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    contents = {"kernel": KERNEL, "initrd": INITRD, "parmfile": PARAMETERS, "elf": S390X, "bzimage": BZIMAGE}
    contents |= {"secure": image(), "kernel.gz": gzip.compress(KERNEL), "text": b"hello\n" * 900, "empty": b""}
    contents |= {"odc": b"070707" + bytes(99), "lz4": b"\x04\x22\x4d\x18" + bytes(99), "qcow2": b"QFI\xfb" + bytes(99)}
    for name, data in contents.items():
        (tmp_path / name).write_bytes(data)
    return tmp_path


def test_combine_makes_the_image_and_inspect_tells_what_is_in_it(files: Path) -> None:
    done = netipl("image", "combine", "kernel", "--initrd", "initrd", "--parmfile", "parmfile", "-o", "boot.img")
    assert (done.status, done.output, done.errors) == (0, "", "")
    made = (files / "boot.img").read_bytes()
    assert made[0x13000:] == INITRD
    assert made[0x10480:0x11480] == PARAMETERS.ljust(0x1000, b"\0")
    found = netipl("image", "inspect", "boot.img", "--json")
    assert found.status == 0
    assert (found.json["kind"], found.json["kernel"]["version"]) == ("combined", "6.1.0 (who@where)")
    assert found.json["kernel"]["command_line"] == PARAMETERS.decode()
    assert found.json["kernel"]["initrd"]["address"] == 0x13000
    assert found.json["kernel"]["initrd"]["archives"] == [
        {"offset": 0, "compression": "gzip", "members": 4, "unpacked": len(SYSTEM)}
    ]
    assert [member["name"] for member in found.json["kernel"]["initrd"]["members"]] == ["usr", "usr/lib", "lib", "init"]
    assert found.json["firmware"]["boot_file"]["works"]


def test_combine_writes_to_a_pipe(files: Path) -> None:
    command = [sys.executable, "-m", "netipl.cli.main", "image", "combine", "kernel", "--append", "quiet", "-o", "-"]
    made = subprocess.run(command, cwd=files, capture_output=True, check=True).stdout
    assert netipl("image", "combine", "kernel", "--append", "quiet", "-o", "same").status == 0
    assert made == (files / "same").read_bytes()


@pytest.mark.parametrize(
    ("arguments", "status", "message", "remedy"),
    [
        (["kernel", "-o", "kernel"], 2, "is read from", "another file"),
        (["kernel", "--parmfile", "parmfile", "-o", "parmfile"], 2, "is read from", "another file"),
        (["kernel", "-o", "/dev/null"], 2, "no regular file", "name a file"),
        (["kernel", "-o", "."], 2, "no regular file", "name a file"),
        (["kernel", "-o", "absent/boot.img"], 3, "No such file", "make the directory"),
        (["kernel", "-o", "n" * 5000], 3, "File name too long", "where you may write"),
        (["kernel", "--append", "x", "--parmfile", "parmfile", "-o", "i"], 2, "both given", "leave one"),
        (["kernel", "--append", "x" * 4097, "-o", "i"], 2, "this kernel takes 4096", "by 1 bytes"),
        (["kernel.gz", "-o", "i"], 2, "compressed with gzip", "uncompressed image"),
        (["elf", "-o", "i"], 2, "but an ELF file", "uncompressed image"),
        (["absent", "-o", "i"], 3, "No such file", "regular file"),
        (["/dev/zero", "-o", "i"], 3, "no regular file", "regular file"),
        (["kernel", "--initrd", ".", "-o", "i"], 3, "no regular file", "regular file"),
        (["kernel"], 2, "Missing option", "-o"),
    ],
    ids=lambda value: " ".join(value)[:60] if isinstance(value, list) else "",
)
def test_combine_refuses_and_leaves_nothing_behind(
    files: Path, arguments: Sequence[str], status: int, message: str, remedy: str
) -> None:
    before = {path: path.read_bytes() for path in files.iterdir()}
    done = netipl("image", "combine", *arguments)
    said = " ".join(done.errors.replace("│", " ").split())
    assert (done.status, message in said, remedy in said) == (status, True, True), said
    assert {path: path.read_bytes() for path in files.iterdir()} == before


@pytest.mark.parametrize(
    ("name", "status", "words"),
    [
        ("kernel", 0, ["a raw s390x kernel", "6.1.0 (who@where)", "may have 4096 bytes"]),
        ("initrd", 0, ["an initrd", "gzip, 4 members", "where Linux unpacks it"]),
        ("secure", 0, ["a Secure Execution image", "2 host keys", "4711 pages", "by the PSW at address 0"]),
        ("elf", 1, ["a 64-bit ELF executable for S/390", "crashes or hangs"]),
        ("bzimage", 1, ["an x86 bzImage of Linux 6.1.0-50-amd64"]),
        ("kernel.gz", 1, ["a raw s390x kernel compressed with gzip", "! unpack it: gzip -dc"]),
        ("text", 1, ["of no kind that is known here", "! the firmware starts raw s390x kernels"]),
        ("empty", 1, ["empty", "boot-file-too-small"]),
        ("odc", 1, ["a cpio archive of an old form", "! write the archive anew: cpio -o -H newc"]),
        ("lz4", 1, ["compressed with lz4 into a frame", "! compress it anew: lz4 -l"]),
        ("qcow2", 1, ["a disk image of QEMU", "see netipl image reipl"]),
    ],
)
@pytest.mark.usefixtures("files")
def test_inspect_tells_what_a_file_is_and_what_becomes_of_it(name: str, status: int, words: list[str]) -> None:
    done = netipl("image", "inspect", name)
    assert done.status == status
    assert [word for word in words if word not in done.output] == []
    assert netipl("image", "inspect", name, "--json").json["firmware"].keys() == {"boot_file", "kernel", "initrd"}


def test_inspect_lists_members_and_escapes_what_a_terminal_would_obey(files: Path) -> None:
    (files / "initrd").write_bytes(EARLY + SYSTEM.replace(b"init\0", b"\x1b[2J\0"))
    done = netipl("image", "inspect", "initrd", "--members")
    assert "-rw-r--r--         50 kernel/microcode" in done.output
    assert "lib -> usr/lib" in done.output
    assert "\\x1b[2J" in done.output
    assert "\x1b" not in done.output


def test_the_version_and_the_memory_decide_what_fits(files: Path) -> None:
    with (files / "initrd").open("ab") as file:
        file.truncate(131_500_000)
    assert netipl("image", "inspect", "initrd").status == 1
    assert netipl("image", "inspect", "initrd", "--firmware", "10.0").status == 0
    assert netipl("image", "inspect", "initrd", "--firmware", "10.0", "--memory", "128").status == 1
    assert netipl("image", "inspect", "initrd", "--firmware", "new").status == 2


def test_a_list_is_built_shown_and_becomes_the_combined_image(files: Path) -> None:
    (files / "tree").mkdir()
    parts = ("kernel", "--initrd", "initrd", "--parmfile", "parmfile")
    assert netipl("image", "ins", "build", *parts, "-o", "tree").status == 0
    assert sorted(path.name for path in (files / "tree").iterdir()) == [
        *("boot.ins", "initrd", "initrd.addrsize", "kernel", "parmfile")
    ]
    shown = netipl("image", "ins", "show", "tree/boot.ins", "--json")
    assert (shown.status, shown.json["problems"], shown.json["firmware_differs"]) == (0, [], [])
    assert [(part["name"], part["address"], part["role"]) for part in shown.json["parts"]] == [
        ("kernel", 0, "kernel"),
        ("initrd", 0x13000, "initrd"),
        ("initrd.addrsize", 0x10408, "initrd location"),
        ("parmfile", 0x10480, "parameters"),
    ]
    assert netipl("image", "inspect", "tree/boot.ins").status == 0
    assert netipl("image", "ins", "combine", "tree/boot.ins", "-o", "one").status == 0
    assert netipl("image", "combine", *parts, "-o", "other").status == 0
    assert (files / "one").read_bytes() == (files / "other").read_bytes()


def test_a_list_names_files_of_the_tree_where_they_are(files: Path) -> None:
    (files / "lists").mkdir()
    done = netipl("image", "ins", "build", "kernel", "-o", "lists/my.ins", "--root", ".", "--append", "quiet")
    assert done.status == 0
    assert (files / "lists/my.ins").read_text() == "* netipl\nkernel 0x00000000\nlists/parmfile 0x00010480\n"
    assert sorted(path.name for path in (files / "lists").iterdir()) == ["my.ins", "parmfile"]
    assert netipl("image", "ins", "show", "lists/my.ins").status == 0


def test_a_vendors_list_that_is_wrong_is_told_and_not_combined(files: Path) -> None:
    (files / "generic.ins").write_text("* odd\n* a comment\nkernel 0x0\ninitrd 0x2000000\nabsent 0x10480\n")
    shown = netipl("image", "ins", "show", "generic.ins")
    assert shown.status == 1
    assert "! absent at 0x10480 is missing" in shown.output
    assert "! the firmware asks for '*' and loads it to 0x0" in shown.output
    assert "boots a configuration if it finds one" in shown.output
    assert netipl("image", "inspect", "generic.ins").status == 1
    refused = netipl("image", "ins", "combine", "generic.ins", "-o", "i")
    assert (refused.status, "absent" in refused.errors, (files / "i").exists()) == (1, True, False)


def test_no_name_in_a_list_reaches_the_terminal_as_it_is(files: Path) -> None:
    (files / "odd.ins").write_text("* odd\x1b[2J\n\x1b[2Jkernel 0x0\n")
    for done in (
        netipl("image", "ins", "show", "odd.ins"),
        netipl("image", "ins", "combine", "odd.ins", "-o", "i"),
        netipl("image", "inspect", "odd.ins"),
    ):
        assert done.status == 1
        assert "\x1b" not in done.output + done.errors
        assert "\\x1b[2Jkernel" in done.output + done.errors


@pytest.mark.parametrize(
    ("arguments", "status", "message"),
    [
        (["build", "elf", "-o", "."], 2, "but an ELF file"),
        (["build", "kernel", "-o", "absent/x.ins"], 3, "No such file"),
        (["build", "kernel", "-o", "n" * 5000], 3, "File name too long"),
        (["build", "kernel", "-o", "a b.ins", "--root", ".", "--append", "x"], 0, ""),
        (["build", "kernel", "-o", "x.ins", "--root", "/usr"], 2, "is not beneath"),
        (["show", "kernel"], 1, "is no .ins list"),
        (["show", "absent"], 3, "No such file"),
        (["combine", "text", "-o", "i"], 1, "starts with a line of"),
    ],
    ids=lambda value: " ".join(value) if isinstance(value, list) else "",
)
@pytest.mark.usefixtures("files")
def test_lists_that_cannot_be(arguments: Sequence[str], status: int, message: str) -> None:
    done = netipl("image", "ins", *arguments)
    assert (done.status, message in done.errors) == (status, True), done.errors


def test_an_overlay_is_appended_and_the_initrd_stays(files: Path) -> None:
    (files / "etc").mkdir()
    (files / "etc/ks.cfg").write_text("lang en_US\n")
    done = netipl("image", "overlay", "initrd", "etc", "text:/lib/text", "-o", "whole")
    assert (done.status, done.errors) == (0, "")
    assert (files / "whole").read_bytes().startswith(INITRD)
    members = netipl("image", "inspect", "whole", "--json").json["initrd_contents"]["members"]
    assert [member["name"] for member in members][4:] == ["etc", "etc/ks.cfg", "usr/lib/text"]


@pytest.mark.parametrize(
    ("arguments", "status", "message"),
    [
        (["text", "kernel:k"], 1, "Linux would stop in text, at 0x0: neither a cpio archive"),
        (["initrd", "absent"], 3, "No such file"),
        (["initrd", "text:../x"], 2, "no place in an initrd"),
        (["initrd", "text:usr"], 2, "usr is a directory of the initrd"),
        (["initrd", "n" * 5000 + ":x"], 3, "File name too long"),
        (["initrd", "text:" + "n" * 256], 2, "longer than Linux takes"),
        (["absent", "text"], 3, "No such file"),
    ],
    ids=lambda value: " ".join(value) if isinstance(value, list) else "",
)
def test_overlays_that_cannot_be(files: Path, arguments: Sequence[str], status: int, message: str) -> None:
    done = netipl("image", "overlay", *arguments, "-o", "whole")
    assert (done.status, message in done.errors) == (status, True), done.errors
    assert not (files / "whole").exists()


def test_what_is_no_file_is_refused_by_every_verb(files: Path) -> None:
    os.mkfifo("fifo")
    (files / "loop").symlink_to("loop")
    for verb in ("inspect", "combine", "overlay", "ins show", "ins build", "ins combine"):
        more = ["-o", "made"] if verb not in {"inspect", "ins show"} else []
        more = ["text", *more] if verb == "overlay" else more
        for path, why in {
            "fifo": "no regular file",
            ".": "no regular file",
            "/dev/zero": "no regular file",
            "n" * 5000: "File name too long",
            "loop": "Too many levels of symbolic links",
        }.items():
            done = netipl("image", *verb.split(), path, *more)
            assert (done.status, why in done.errors) == (3, True), (verb, path)
    assert not (files / "made").exists()
