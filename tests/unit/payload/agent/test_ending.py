"""The way to the disk, by a made-up /sys/firmware/reipl."""

from pathlib import Path

import pytest

from netipl.payload.agent.ending import aim
from netipl.payload.agent.reports import Log


@pytest.fixture
def said() -> list[str]:
    return []


@pytest.mark.parametrize("clear", [True, False])
def test_the_next_ipl_is_from_the_disk(tmp_path: Path, said: list[str], clear: bool) -> None:
    ccw = tmp_path / "firmware/reipl/ccw"
    ccw.mkdir(parents=True)
    (ccw / "device").write_text("0.0.0000")
    (ccw.parent / "reipl_type").write_text("fcp")
    if clear:
        (ccw / "clear").write_text("0")
    assert aim("0.0.1234", tmp_path, Log(said.append))
    assert ((ccw / "device").read_text(), (ccw.parent / "reipl_type").read_text()) == ("0.0.1234", "ccw")
    assert not clear or (ccw / "clear").read_text() == "1"
    assert said == ["netipl: re-IPL from 0.0.1234"]


def test_a_machine_without_it_reboots_plainly(tmp_path: Path, said: list[str]) -> None:
    assert not aim("0.0.1234", tmp_path, Log(said.append))
    assert "a plain reboot" in said[0]
