"""`netipl export` as people and scripts see it: output, exit status, what it does to the directory. No root."""

import json
import signal
import sys
from collections.abc import Callable, Iterator
from concurrent.futures import Future
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import pytest

from netipl.cli import main
from netipl.guests.guest import BootMethod, Guest, Origin
from netipl.integrations import selinux
from netipl.net import Mac
from netipl.provisioning.changes import GuestSet
from netipl.store.journal import Journal
from tests.unit.images.kernels import kernel

SETTINGS = """
[networks.lab]
interface = "lo"
subnet = "192.0.2.0/24"
server = "192.0.2.1"

[default]
kernel = "kernel"
initrd = "initrd"
append = "quiet"
"""
DEADLINE = 60
ONE = '[guests.one]\nmac = "52:54:00:13:33:0a"\nuuid = "9b6e2a0c-7b1d-4b52-8f6e-1f6f3f6c0a01"\n'
TWO = '[guests.two]\nmac = "52:54:00:13:33:0b"\nmethod = "combined"\n'
LOST = '[guests.lost]\nmac = "52:54:00:13:33:0c"\nmethod = "probe-ip"\n'


@dataclass(frozen=True)
class Done:
    status: int
    out: str
    err: str

    @property
    def lines(self) -> list[dict[str, Any]]:  # Any: JSON
        return [json.loads(line) for line in self.out.splitlines()]


Run = Callable[..., Done]


@pytest.fixture
def run(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Iterator[Run]:
    """`netipl ARGUMENTS` in this process, in a directory with kernel, initrd and a settings file of two guests."""
    monkeypatch.chdir(tmp_path)
    (tmp_path / "kernel").write_bytes(kernel())
    (tmp_path / "initrd").write_bytes(b"initrd")
    (tmp_path / "netipl.toml").write_text(SETTINGS + ONE + TWO)

    def running(command: str, *arguments: str) -> Done:
        config = ["--config", "netipl.toml"] if command == "export" else []
        monkeypatch.setattr(sys, "argv", ["netipl", command, *arguments, *config])
        with pytest.raises(SystemExit) as ended:
            main.main()
        said = capsys.readouterr()
        return Done(ended.value.code if isinstance(ended.value.code, int) else 0, said.out, said.err)

    before = signal.getsignal(signal.SIGTERM)
    yield running
    signal.signal(signal.SIGTERM, before)


def test_it_says_what_is_added_and_the_second_time_that_nothing_is(run: Run, tmp_path: Path) -> None:
    done = run("export", "root")
    assert done.status == 0
    assert "add      guests/two/boot.img" in done.out
    assert f"{tmp_path}/root: 5 added, 0 replaced, 0 removed, 0 as they were, 0 left as they are" in done.out
    assert "0 added, 0 replaced, 0 removed, 5 as they were" in run("export", "root").out


def test_lint_finds_nothing_wrong_in_what_is_exported_by_any_method(run: Run, tmp_path: Path) -> None:
    guests = [
        f'[guests.{method}]\nmac = "52:54:00:13:33:{number:02x}"\naddress = "192.0.2.{10 + number}"\n'
        f'uuid = "9b6e2a0c-7b1d-4b52-8f6e-1f6f3f6c0a{number:02x}"\nmethod = "{method}"\n'
        for number, method in enumerate(BootMethod)
    ]
    (tmp_path / "netipl.toml").write_text(SETTINGS + "".join(guests))
    assert run("export", "root").status == 0
    done = run("lint", "root", "--json")
    assert (done.status, done.out) == (0, "")


def test_a_dry_run_shows_the_difference_and_touches_nothing(run: Run, tmp_path: Path) -> None:
    done = run("export", "root", "--dry-run")
    assert "5 added" in done.out
    assert "dry run" in done.out
    assert not (tmp_path / "root").exists()
    run("export", "root")
    (tmp_path / "netipl.toml").write_text(SETTINGS + ONE)
    assert "remove   guests/two/boot.img" in run("export", "root", "--dry-run").out
    assert (tmp_path / "root/guests/two/boot.img").exists()
    run("export", "root")
    assert not (tmp_path / "root/guests").exists()


def test_json_has_a_line_for_each_name_and_each_guest_left_out(run: Run, tmp_path: Path) -> None:
    (tmp_path / "netipl.toml").write_text(SETTINGS + TWO + LOST)
    done = run("export", "root", "--json", "--link")
    assert done.status == 1
    assert [(line["step"], line.get("name") or line["guest"]) for line in done.lines] == [
        ("leave-out", "lost"),
        ("add", "guests/two/boot.img"),
    ]


def test_a_guest_left_out_is_named_with_the_remedy(run: Run, tmp_path: Path) -> None:
    (tmp_path / "netipl.toml").write_text(SETTINGS + ONE + LOST)
    done = run("export", "root")
    assert done.status == 1
    assert "guest lost is left out: probe-ip finds it by address" in done.err
    assert "4 added" in done.out


def test_what_others_changed_is_left_unless_forced(run: Run, tmp_path: Path) -> None:
    run("export", "root")
    changed = tmp_path / "root/pxelinux.cfg/01-52-54-00-13-33-0a"
    changed.write_text("theirs")
    done = run("export", "root")
    assert done.status == 1
    assert f"{changed} is left as it is: somebody changed it" in done.err
    assert changed.read_text() == "theirs"
    assert run("export", "root", "--force").status == 0
    assert changed.read_text().startswith("# pxelinux")


def test_the_directory_may_stand_in_the_settings(run: Run, tmp_path: Path) -> None:
    done = run("export")
    assert (done.status, "no directory to export to" in done.err) == (2, True)
    (tmp_path / "netipl.toml").write_text('[tftp]\nexport = "kept"\n' + SETTINGS + ONE)
    assert run("export").status == 0
    assert (tmp_path / "kept/pxelinux.cfg").is_dir()


def test_a_kernel_that_cannot_be_read_changes_nothing(run: Run, tmp_path: Path) -> None:
    run("export", "root")
    before = sorted((tmp_path / "root").rglob("*"))
    (tmp_path / "kernel").unlink()
    assert run("export", "root").status == 2
    assert sorted((tmp_path / "root").rglob("*")) == before


@pytest.mark.parametrize("server", ["dnsmasq", "kea", "isc"])
def test_lines_for_a_dhcp_server_are_all_that_is_printed_and_nothing_is_written(
    run: Run, tmp_path: Path, server: str
) -> None:
    done = run("export", "root", "--dhcp-config", server, "--tftp-server", "192.0.2.77")
    assert done.status == 0
    assert "52:54:00:13:33:0a" in done.out
    assert "192.0.2.77" in done.out
    assert not (tmp_path / "root").exists()
    assert run("export", "root", "--dhcp-config", server, "--tftp-server", "here").status == 2


def test_what_unknown_clients_boot_is_exported_where_they_are_served_and_said(run: Run, tmp_path: Path) -> None:
    assert "unknown clients" not in run("export", "root").out
    assert not (tmp_path / "root/pxelinux.cfg/default").exists()
    open_network = SETTINGS.replace("[default]", 'unknown = "pool"\n\n[default]')
    (tmp_path / "netipl.toml").write_text(open_network + ONE)
    said = run("export", "root").out
    assert "pxelinux.cfg/default: what unknown clients boot, since they are served in lab" in said
    assert (tmp_path / "root/pxelinux.cfg/default").exists()


PROFILE = '[profiles.debian]\nkernel = "kernel"\nappend = "install {callback}"\n'


def test_who_is_installed_by_builds_finds_the_way_to_its_disk(run: Run, tmp_path: Path) -> None:
    built = ONE + 'profile = "debian"\ndisk = "0.0.1234"\n'
    (tmp_path / "netipl.toml").write_text(SETTINGS + PROFILE + built)
    assert run("export", "root").status == 0
    configuration = (tmp_path / "root/pxelinux.cfg/01-52-54-00-13-33-0a").read_text()
    assert "kernel boot/reipl/kernel\n" in configuration
    assert "0.0.1234" in configuration
    assert "install" not in configuration


def test_who_falls_through_finds_nothing(run: Run, tmp_path: Path) -> None:
    built = ONE + 'profile = "debian"\nlocal_boot = "fall-through"\nfirmware = "10.0"\n'
    (tmp_path / "netipl.toml").write_text(SETTINGS + PROFILE + built)
    assert run("export", "root").status == 0
    assert not (tmp_path / "root/pxelinux.cfg").exists()


def stored(directory: Path, *guests: Guest, network: str = "lab") -> Path:
    """A database with these guests, and the settings that name it."""
    file = directory / "netipl.db"
    journal = Journal(str(file), [network])
    done: Future[None] = Future()
    journal.submit(map(GuestSet, guests), lambda error: done.set_exception(error) if error else done.set_result(None))
    done.result(DEADLINE)
    journal.close()
    (directory / "netipl.toml").write_text(f'[server]\ndatabase = "sqlite:///{file}"\n' + SETTINGS + ONE)
    return file


ADDED = Guest(name="added", macs=(Mac.parse("52:54:00:13:33:1a"),), network="lab", origin=Origin.ADDED)


def test_guests_of_the_database_are_exported_if_they_are_approved(run: Run, tmp_path: Path) -> None:
    waiting = replace(ADDED, name="waiting", macs=(Mac.parse("52:54:00:13:33:1b"),), origin=Origin.DISCOVERED)
    stored(tmp_path, ADDED, waiting)
    assert run("export", "root").status == 0
    names = {path.name for path in (tmp_path / "root/pxelinux.cfg").iterdir()}
    assert {name for name in names if name.startswith("01-")} == {"01-52-54-00-13-33-0a", "01-52-54-00-13-33-1a"}


def test_a_database_that_cannot_be_read_leaves_the_directory_as_it_is(run: Run, tmp_path: Path) -> None:
    file = stored(tmp_path, ADDED)
    run("export", "root")
    file.write_bytes(b"this is no database, and was never one")
    done = run("export", "root")
    assert (done.status, str(file) in done.err) == (3, True)
    assert (tmp_path / "root/pxelinux.cfg/01-52-54-00-13-33-1a").exists()


def test_where_selinux_is_its_commands_are_shown(run: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(selinux, "is_here", lambda: True)
    done = run("export", "root")
    assert f"  restorecon -R '{tmp_path}/root'" in done.out
