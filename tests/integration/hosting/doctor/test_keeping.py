"""What netipl keeps on this host: media over the firmware's limit, file systems without room, and a clock gone back."""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from netipl.firmware.limits import MIB
from netipl.hosting.doctor.clock import judged
from netipl.hosting.doctor.problems import ProblemId
from netipl.integrations.clock import Discipline, discipline
from netipl.media.medium import Family, File, Medium, Role
from netipl.store.media import record
from tests.integration.hosting.doctor.examining import examined, write_settings
from tests.integration.hosting.doctor.serving import SETTINGS
from tests.libvirt_host import LibvirtHost

pytestmark = pytest.mark.root


@pytest.fixture
def state(bare_host: LibvirtHost) -> Path:
    """The state directory of the settings, which the test may fill."""
    write_settings(bare_host, SETTINGS)
    place = bare_host.directory / "state"
    place.mkdir(exist_ok=True)
    return place


def medium(name: str, initrd: int) -> Medium:
    return Medium(
        id=name,
        name=name,
        version="1",
        title=f"{name} 1",
        family=Family.DEBIAN,
        architecture="s390x",
        source="https://example.com/",
        level="z10",
        by="test",
        files=(
            (Role.KERNEL, File(name="kernel", sha256="0" * 64, size=8 * MIB)),
            (Role.INITRD, File(name="initrd", sha256="1" * 64, size=initrd)),
        ),
        has_tree=False,
        added=datetime(2026, 1, 1, tzinfo=UTC),
    )


def test_a_medium_over_the_limit_of_the_firmware_is_told(bare_host: LibvirtHost, state: Path) -> None:
    for each in (medium("small", 30 * MIB), medium("large", 130 * MIB)):
        place = state / "media" / each.id
        place.mkdir(parents=True)
        (place / "medium.json").write_bytes(record.encode(each))
    found = examined(bare_host, "--config", bare_host.directory / "netipl.toml")
    assert found.is_fine("media", "medium small")
    assert found.one("medium-too-large")["subject"] == "medium large"


def test_media_that_may_not_be_read_are_said(bare_host: LibvirtHost, state: Path) -> None:
    (state / "media" / "broken").mkdir(parents=True)
    (state / "media" / "broken" / "medium.json").write_text("{}")
    found = examined(bare_host, "--config", bare_host.directory / "netipl.toml")
    assert found.problems("media") == {"not-looked-at"}
    (state / "media" / "broken" / "medium.json").unlink()


@contextmanager
def file_system(host: LibvirtHost, place: Path, options: str) -> Iterator[None]:
    host.run("mount", "-t", "tmpfs", "-o", options, "tmpfs", place)
    try:
        yield
    finally:
        host.run("umount", place)


@pytest.mark.parametrize(
    ("options", "problem"),
    [
        ("size=8m", {"disk-full"}),
        ("size=4g,nr_inodes=1", {"disk-full"}),
        ("size=200m", {"disk-small"}),
        ("size=4g", set()),
    ],
)
def test_room_is_looked_at(bare_host: LibvirtHost, state: Path, options: str, problem: set[str]) -> None:
    """Where leases and media are kept."""
    config = bare_host.directory / "netipl.toml"
    with file_system(bare_host, state, options):
        found = examined(bare_host, "--config", config)
    assert found.problems("disk space", "leases and media") == problem
    assert found.of("disk space", "leases and media")


def test_a_clock_before_what_was_written_is_wrong(bare_host: LibvirtHost, state: Path) -> None:
    config = bare_host.directory / "netipl.toml"
    database = state / "netipl.sqlite"
    database.touch()
    assert "clock-wrong" not in examined(bare_host, "--config", config).problems("clock")
    later = (datetime.now(UTC) + timedelta(days=1)).timestamp()
    os.utime(database, (later, later))
    found = examined(bare_host, "--config", config)
    database.unlink()
    assert str(database) in found.one("clock-wrong")["evidence"]


def test_the_kernel_says_whether_somebody_keeps_the_clock(bare_host: LibvirtHost) -> None:
    """As it is on this machine, and the other way by what it would say."""
    found = examined(bare_host)
    assert ("clock-free" in found.problems("clock")) != discipline().is_synchronised
    kept, free = (
        judged(Discipline(is_synchronised=each, largest_error=timedelta(seconds=0.5))) for each in (True, False)
    )
    assert not kept.problem
    assert free.problem == ProblemId.CLOCK_FREE
