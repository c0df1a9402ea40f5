"""Transcripts: one for each boot, of the newest boots, each with its beginning and its end."""

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from netipl.errors import MissingError, UnavailableError
from netipl.store.transcripts import Transcripts

START = datetime(2026, 3, 1, 12, 0, 0, 123456, tzinfo=UTC)
LINE = "x" * 99 + "\n"


def test_what_is_added_is_there_as_it_was(tmp_path: Path) -> None:
    kept = Transcripts(tmp_path)
    made = kept.begin("web1", START)
    for text in ("LOADPARM=[        ]\r\n", "  0 KBytes\b\b\b", "käse\r\r\n"):
        kept.add("web1", made, text)
    assert kept.text("web1", made) == "LOADPARM=[        ]\r\n  0 KBytes\b\b\bkäse\r\r\n"
    [found] = kept.of("web1")
    assert (found.id, found.began) == (made, START)
    assert found.size == len(kept.text("web1", made).encode())


def test_nobody_else_may_read_them(tmp_path: Path) -> None:
    kept = Transcripts(tmp_path, part=10)
    made = kept.begin("web1", START)
    for _ in range(4):
        kept.add("web1", made, LINE)
    files = list((tmp_path / "web1").iterdir())
    assert len(files) == 4
    assert {path.stat().st_mode & 0o077 for path in files} == {0}


def test_the_newest_of_each_guest_are_kept(tmp_path: Path) -> None:
    kept = Transcripts(tmp_path, most=3, part=10)
    other = kept.begin("web2", START)
    made = [kept.begin("web1", START + timedelta(seconds=number)) for number in range(5)]
    for each in made[2:]:
        for _ in range(4):
            kept.add("web1", each, LINE)
    made.append(kept.begin("web1", START + timedelta(seconds=9)))
    assert [found.id for found in kept.of("web1")] == made[:-4:-1]
    assert {path.name[:21] for path in (tmp_path / "web1").iterdir()} == set(made[-3:])
    assert [found.id for found in kept.of("web2")] == [other]


def test_a_console_without_end_keeps_its_beginning_and_its_newest(tmp_path: Path) -> None:
    kept = Transcripts(tmp_path, part=1000)
    made = kept.begin("web1", START)
    for number in range(1000):
        kept.add("web1", made, f"line {number:04}\n")
    text = kept.text("web1", made)
    assert text.startswith("line 0000\nline 0001\n")
    assert text.endswith("line 0998\nline 0999\n")
    assert text.count("what came here is not kept") == 1
    assert kept.of("web1")[0].size <= 3000


def test_one_that_fits_has_no_gap(tmp_path: Path) -> None:
    kept = Transcripts(tmp_path, part=1000)
    made = kept.begin("web1", START)
    lines = [f"line {number:04}\n" for number in range(300)]
    for line in lines:
        kept.add("web1", made, line)
    assert kept.text("web1", made) == "".join(lines)


@pytest.mark.parametrize("name", ["20260301T120000000000", "../web2/20260301T120000000000", "", "x"])
def test_what_is_not_there_is_missing(tmp_path: Path, name: str) -> None:
    kept = Transcripts(tmp_path)
    kept.begin("web1", START)
    with pytest.raises(MissingError):
        kept.text("web1", name)
    assert kept.of("nobody") == []


def test_those_of_a_guest_can_be_forgotten(tmp_path: Path) -> None:
    kept = Transcripts(tmp_path)
    kept.begin("web1", START)
    kept.forget("web1")
    kept.forget("nobody")
    assert kept.of("web1") == []


def test_a_directory_that_cannot_be_made_is_said(tmp_path: Path) -> None:
    (tmp_path / "web1").write_text("in the way")
    with pytest.raises(UnavailableError, match="transcripts"):
        Transcripts(tmp_path).begin("web1", START)
