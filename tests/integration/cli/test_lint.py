"""`netipl lint` as people and scripts see it: output, exit status, files written. No daemon, no root."""

import json
import os
import signal
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from netipl.cli import main
from netipl.firmware.rules import RULES
from tests.unit.images.kernels import kernel

LABEL = "default linux\nlabel linux\n  kernel debian/vmlinuz\n  initrd debian/initrd\n  append quiet\n"
SYSLINUX = "ui menu.c32\nlabel linux\nlinux debian/vmlinuz\nappend initrd=debian/initrd quiet\ninclude more.cfg\n"


@dataclass(frozen=True)
class Done:
    status: int
    out: str
    err: str

    @property
    def findings(self) -> list[dict[str, Any]]:  # Any: JSON
        return [json.loads(line) for line in self.out.splitlines()]


Run = Callable[..., Done]


@pytest.fixture
def run(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> Iterator[Run]:
    """`netipl lint ARGUMENTS` in this process."""

    def running(*arguments: str | Path) -> Done:
        monkeypatch.setattr(sys, "argv", ["netipl", "lint", *map(str, arguments)])
        with pytest.raises(SystemExit) as ended:
            main.main()
        said = capsys.readouterr()
        return Done(ended.value.code if isinstance(ended.value.code, int) else 0, said.out, said.err)

    before = signal.getsignal(signal.SIGTERM)
    yield running
    signal.signal(signal.SIGTERM, before)


@pytest.fixture
def root(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    made = tmp_path / "root"
    (made / "pxelinux.cfg").mkdir(parents=True)
    (made / "debian").mkdir()
    (made / "pxelinux.cfg/default").write_text(LABEL)
    (made / "debian/vmlinuz").write_bytes(kernel())
    (made / "debian/initrd").write_bytes(b"i" * 100)
    monkeypatch.chdir(tmp_path)
    return made


def test_a_good_root_is_clean(run: Run, root: Path) -> None:
    done = run(root)
    assert done.status == 0
    assert done.out == "0 errors, 0 warnings, 0 notes; checked for QEMU 3.0 to 9.1 (the strictest) with 512 MiB\n"


def test_the_directory_one_stands_in_is_a_root_too(run: Run, root: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(root)
    (root / "debian/initrd").unlink()
    assert run(".").out.startswith("pxelinux.cfg/default:4:10: error: there is no file 'debian/initrd' [file-missing]")


def test_a_finding_is_shown_as_compilers_do(run: Run, root: Path) -> None:
    (root / "pxelinux.cfg/default").write_text(LABEL.replace("debian/initrd", "debian/Initrd"))
    done = run("root", "--firmware", "qemu-10.0", "--memory", "1024")
    place = "root/pxelinux.cfg/default:4:10"
    assert done.status == 1
    assert done.out.splitlines()[:3] == [
        f"{place}: error: there is no file 'debian/Initrd', but 'debian/initrd' [file-case-differs]",
        "    4 |   initrd debian/Initrd",
        "      |          ^^^^^^^^^^^^^",
    ]
    assert [line.split(":")[0].strip() for line in done.out.splitlines()[3:5]] == ["guest", "remedy"]
    assert done.out.splitlines()[5] == "1 error, 0 warnings, 0 notes; checked for QEMU 10.0 with 1024 MiB"


def test_warnings_alone_are_no_failure(run: Run, root: Path) -> None:
    (root / "pxelinux.cfg/default").write_text("timeout 50\n" + LABEL)
    assert run(root).status == 0


def test_json_is_one_object_for_each_finding(run: Run, root: Path) -> None:
    (root / "pxelinux.cfg/default").write_text(LABEL + "app\tend\x1b[31m x\n")
    done = run("--json", root)
    (finding,) = done.findings
    assert (finding["rule"], finding["severity"]) == ("keyword-unknown", "warning")
    assert (finding["line"], finding["column"], finding["length"]) == (6, 1, 12)
    assert finding["file"] == str(root / "pxelinux.cfg/default")
    assert "\x1b" not in done.out
    assert finding["remedy"] == RULES[finding["rule"]].remedy


def test_nothing_of_a_file_reaches_the_terminal_unescaped(run: Run, root: Path) -> None:
    (root / "pxelinux.cfg/\x1b[2J").write_text("label \x1b[31mx\n")
    assert "\x1b" not in run(root).out


def test_a_lone_file_is_looked_at_with_its_root(run: Run, root: Path) -> None:
    (root / "debian/initrd").unlink()
    alone, rooted = run("root/pxelinux.cfg/default"), run("root/pxelinux.cfg/default", "--root", "root")
    assert alone.status == 0
    assert alone.out.endswith("the files that are named were not looked for: give --root\n")
    assert rooted.status == 1
    assert "there is no file 'debian/initrd'" in rooted.out


def test_the_kind_of_a_lone_file_can_be_said(run: Run, root: Path) -> None:
    (root / "my.cfg").write_text(LABEL)
    assert run("--kind", "configuration", root / "my.cfg").status == 0
    done = run("--json", "--kind", "boot-file", root / "my.cfg")
    assert [each["rule"] for each in done.findings] == ["magic-missing"]


def test_a_symlink_has_its_own_name_in_the_root(run: Run, root: Path) -> None:
    (root / "z1").write_text(LABEL)
    (root / "pxelinux.cfg/01-52-54-00-13-33-0A").symlink_to("../z1")
    done = run("--json", "--root", root, root / "pxelinux.cfg/01-52-54-00-13-33-0A")
    assert [each["rule"] for each in done.findings] == ["name-misspelled"]


def test_kernels_are_looked_into(run: Run, root: Path) -> None:
    (root / "debian/vmlinuz").write_bytes(b"\x7fELF" + bytes(100_000))
    (finding,) = run("--json", root).findings
    assert (finding["rule"], finding["message"]) == (
        "kernel-is-none",
        "'debian/vmlinuz' is no raw s390x kernel image, but an ELF file",
    )


@pytest.mark.skipif(os.geteuid() != 0, reason="files of others need root to be made")
def test_the_servers_user_must_be_able_to_read(run: Run, root: Path) -> None:
    (root / "debian/initrd").chmod(0o600)
    done = run("--json", "--user", "nobody", root)
    assert "access-denied" in {each["rule"] for each in done.findings}
    assert run("--user", "root", root).status == 0


def test_options_209_and_210_say_where_configurations_are(run: Run, root: Path) -> None:
    (root / "z1.cfg").write_text("default nothere\n" + LABEL.partition("\n")[2])
    done = run("--json", "--path-prefix", "/", "--configuration-file", "z1.cfg", root)
    assert {each["file"] for each in done.findings if each["severity"] == "error"} == {str(root / "z1.cfg")}


def test_option_67_says_what_the_boot_file_is(run: Run, root: Path) -> None:
    (root / "pxelinux.0").write_bytes(b"\xeb\x03\x90".ljust(5000, b"\0"))
    assert run(root).status == 0
    done = run("--json", "--boot-file", "/pxelinux.0", root)
    assert [(each["file"], each["rule"]) for each in done.findings] == [(str(root / "pxelinux.0"), "boot-file-is-none")]


def test_rules_are_listed_and_explained(run: Run) -> None:
    listed = run("--rules")
    assert listed.status == 0
    assert [line.split()[0] for line in listed.out.splitlines()] == list(RULES)
    assert {each["rule"] for each in run("--rules", "--json").findings} == set(RULES)
    explained = run("--explain", "tab-separator")
    assert explained.out.startswith("tab-separator\n  severity  error\n")
    assert "measured with 7.2, 10.0" in explained.out


@pytest.mark.parametrize(
    ("arguments", "status", "message"),
    {
        "nothing to check": ([], 2, "nothing to check"),
        "an unknown rule": (["--explain", "x"], 2, "there is no rule 'x'"),
        "an unknown version": (["--firmware", "new", "root"], 2, "'new' is no version of QEMU"),
        "an unknown user": (["--user", "nobody-at-all", "root"], 2, "there is no user 'nobody-at-all'"),
        "a kind for a directory": (["--kind", "boot-file", "root"], 2, "root is a directory"),
        "an unknown kind": (["--kind", "x", "root"], 2, "Invalid value"),
        "two files to compile": (["--compile", "a", "b"], 2, "--compile takes one configuration"),
        "a file that is not there": (["none"], 3, "none does not exist"),
        "a file to compile that is not there": (["--compile", "none"], 3, "none: No such file"),
    }.values(),
)
def test_wrong_usage_says_what_helps(run: Run, root: Path, arguments: list[str], status: int, message: str) -> None:
    done = run(*arguments)
    assert done.status == status
    assert message in done.err


def test_compile_writes_the_whole_file_or_nothing(run: Run, root: Path) -> None:
    (root / "menu.cfg").write_text(SYSLINUX)
    (root / "more.cfg").write_text("label disk\nlocalboot 0\n")
    done = run("--compile", "--root", root, root / "menu.cfg")
    assert done.status == 0
    assert done.out == LABEL
    assert f"{root}/menu.cfg:1: note: " in done.err
    assert "more.cfg:1: warning: label 'disk' cannot be kept" in done.err
    out = root / "pxelinux.cfg/new"
    assert run("--compile", "--root", root, "-o", out, root / "menu.cfg").status == 0
    assert out.read_text() == LABEL
    assert out.stat().st_mode & 0o777 == 0o666 & ~_umask()
    (root / "menu.cfg").write_text("default disk\n" + SYSLINUX.replace("ui menu.c32\n", ""))
    assert run("--compile", "--root", root, "-o", out, root / "menu.cfg").status == 1
    assert out.read_text() == LABEL
    assert {path.name for path in (root / "pxelinux.cfg").iterdir()} == {"default", "new"}


def test_compile_does_not_include_from_outside_of_the_root(run: Run, root: Path, tmp_path: Path) -> None:
    (tmp_path / "secret").write_text("label stolen\nkernel k\ninitrd i\n")
    (root / "link").symlink_to(tmp_path / "secret")
    (root / "menu.cfg").write_text("include ../secret\ninclude link\n" + SYSLINUX)
    done = run("--compile", "--root", root, root / "menu.cfg")
    assert "stolen" not in done.out
    assert done.err.count("cannot be included") == 3


def test_compile_cannot_write_everywhere(run: Run, root: Path) -> None:
    (root / "menu.cfg").write_text(SYSLINUX)
    done = run("--compile", "-o", root / "none/out", root / "menu.cfg")
    assert (done.status, "none/out: No such file" in done.err) == (3, True)


def _umask() -> int:
    mask = os.umask(0)
    os.umask(mask)
    return mask
