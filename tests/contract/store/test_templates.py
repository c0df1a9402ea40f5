"""Templates, read from the package and from a directory of one's own."""

import os
from pathlib import Path

import pytest

from netipl.answers.kind import Kind
from netipl.errors import UnavailableError, UsageError
from netipl.store import templates


def test_every_kind_has_a_shipped_template() -> None:
    assert {name.partition("/")[0] for name in templates.shipped()} == set(Kind)


def test_own_templates_stand_beside_the_shipped_ones(tmp_path: Path) -> None:
    (tmp_path / "web").mkdir()
    (tmp_path / "web" / "ks.cfg").write_text("text\n")
    (tmp_path / "web" / ".ks.cfg.swp").write_text("an editor's")
    os.mkfifo(tmp_path / "web" / "pipe")
    (tmp_path / ".git").mkdir()
    (tmp_path / ".git" / "config").write_text("x")
    (tmp_path / "README").write_text("x")
    (tmp_path / "alpine" / "etc").mkdir(parents=True)
    (tmp_path / "alpine" / "etc" / "hostname").write_text("mine\n")
    found = templates.with_own(tmp_path)
    assert found == {**templates.shipped(), "web/ks.cfg": "text\n", "alpine/etc/hostname": "mine\n"}
    assert templates.own(tmp_path).keys() == {"web/ks.cfg", "alpine/etc/hostname"}


def test_without_a_directory_there_are_the_shipped_ones() -> None:
    assert templates.with_own(None) == templates.shipped()


def test_a_directory_that_is_not_there_is_said(tmp_path: Path) -> None:
    with pytest.raises(UnavailableError, match="nowhere: No such file or directory") as raised:
        templates.own(tmp_path / "nowhere")
    assert "[answers]" in raised.value.remedy


@pytest.mark.parametrize(
    ("contents", "says"),
    [(b"\xff", "it is not UTF-8"), (b"x" * (templates.MOST_BYTES + 1), "a template of more than 1048576 bytes")],
    ids=["another encoding", "too large"],
)
def test_what_is_no_template_is_refused(tmp_path: Path, contents: bytes, says: str) -> None:
    (tmp_path / "web").mkdir()
    (tmp_path / "web" / "ks.cfg").write_bytes(contents)
    with pytest.raises(UsageError, match=says):
        templates.own(tmp_path)
