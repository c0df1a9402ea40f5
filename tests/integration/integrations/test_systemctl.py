"""What systemctl is asked and told; the program is a script of the test that answers as the real one does."""

from pathlib import Path

import pytest

from netipl.errors import UnavailableError
from netipl.integrations import systemctl
from netipl.integrations.systemctl import Service

SCRIPT = """#!/bin/sh
echo "$*" >>"{log}"
printf '%s\\n' {said}
{end}
"""


@pytest.fixture
def log(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The commands, one a line."""
    monkeypatch.setenv("PATH", f"{tmp_path}:/usr/bin:/bin")
    return tmp_path / "log"


def answering(log: Path, *said: str, end: str = "") -> None:
    program = log.with_name("systemctl")
    program.write_text(SCRIPT.format(log=log, said=" ".join(said) or "''", end=end))
    program.chmod(0o755)


@pytest.mark.parametrize(
    ("said", "found"),
    [
        (("LoadState=not-found", "ActiveState=inactive", "UnitFileState="), None),
        (("LoadState=loaded", "ActiveState=active", "UnitFileState=enabled"), Service(is_active=True, is_enabled=True)),
        (
            ("LoadState=loaded", "ActiveState=inactive", "UnitFileState=disabled"),
            Service(is_active=False, is_enabled=False),
        ),
    ],
)
def test_the_service_is_what_systemd_says(log: Path, said: tuple[str, ...], found: Service | None) -> None:
    answering(log, *said)
    assert systemctl.service(booted=log.parent) == found
    assert log.read_text() == "--no-pager show --property=LoadState,ActiveState,UnitFileState netipl.service\n"


def test_where_systemd_has_not_booted_it_is_not_asked(log: Path) -> None:
    answering(log)
    assert systemctl.service(booted=log.with_name("nothing")) is None
    assert not log.exists()


def test_it_is_restarted_and_stopped(log: Path) -> None:
    answering(log)
    systemctl.restart()
    systemctl.stop()
    assert log.read_text() == "--no-pager restart netipl.service\n--no-pager stop netipl.service\n"


def test_what_fails_is_told_with_its_reason(log: Path) -> None:
    answering(log, end="echo 'Access denied' >&2; exit 4")
    with pytest.raises(UnavailableError, match="systemctl restart: Access denied") as caught:
        systemctl.restart()
    assert "journalctl" in caught.value.remedy


def test_a_systemd_without_its_program_is_told(log: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", str(log.parent))
    with pytest.raises(UnavailableError, match="systemctl"):
        systemctl.service(booted=log.parent)
