import os
from pathlib import Path

import pytest

from netipl.content import Content, FileRange, Zeros, inline, of_file
from netipl.errors import ContentError
from netipl.servers.web.representation import http_date, is_unchanged, may_continue, representation


def etag(content: Content) -> str:
    with representation(content) as found:
        return found.etag


def test_tags_are_equal_only_for_equal_bytes(tmp_path: Path) -> None:
    path = tmp_path / "file"
    path.write_bytes(b"x" * 10)
    file = of_file(path)
    contents = [inline(b"a"), inline(b"b"), inline(b"a") + inline(b"b"), file, file.part(1), file.part(0, 9)]
    contents += [Content((Zeros(length=1),)), file + inline(b""), inline(b"ab")]
    assert len({etag(content) for content in contents}) == len(contents)
    assert etag(file) == etag(of_file(path))
    before = etag(file)
    path.write_bytes(b"y" * 10)
    os.utime(path, ns=(1, 1))
    assert etag(file) != before


def test_a_range_behind_its_file_is_refused_before_anything_is_sent(tmp_path: Path) -> None:
    path = tmp_path / "file"
    path.write_bytes(b"x" * 9)
    with (
        pytest.raises(ContentError, match="ended at 9 of 10"),
        representation(Content((FileRange(path=path, length=10),))),
    ):
        pass


def test_files_are_opened_once_and_closed(tmp_path: Path) -> None:
    path = tmp_path / "file"
    path.write_bytes(b"0123456789")
    file = of_file(path)
    with representation(file.part(0, 2) + inline(b"-") + file.part(5)) as found:
        [opened] = found.files.values()
        assert [segment.length for segment, _ in found.segments(1, 5)] == [1, 1, 2]
    assert opened.closed


def test_a_client_has_what_its_tag_says(tmp_path: Path) -> None:
    with representation(inline(b"a")) as found:
        for tags in (found.etag, f'"x", {found.etag}', f"W/{found.etag}", "*"):
            assert is_unchanged(found, if_none_match=tags, if_modified_since=None)
        assert not is_unchanged(found, if_none_match='"x"', if_modified_since=None)
        assert not is_unchanged(found, if_none_match=None, if_modified_since="Mon, 23 Nov 2026 00:00:00 GMT")


def test_dates_count_where_there_is_no_tag(tmp_path: Path) -> None:
    path = tmp_path / "file"
    path.touch()
    os.utime(path, (1_000_000_000, 1_000_000_000.9))
    with representation(of_file(path)) as found:
        assert found.last_modified is not None
        date = http_date(found.last_modified)
        assert date == "Sun, 09 Sep 2001 01:46:40 GMT"
        assert is_unchanged(found, if_none_match=None, if_modified_since=date)
        assert not is_unchanged(found, if_none_match=None, if_modified_since="Sun, 09 Sep 2001 01:46:39 GMT")
        assert not is_unchanged(found, if_none_match='"x"', if_modified_since=date)
        assert not is_unchanged(found, if_none_match=None, if_modified_since="yesterday")
        assert may_continue(found, date)
        assert not may_continue(found, "Sun, 09 Sep 2001 01:46:41 GMT")


def test_a_part_continues_only_the_same_bytes() -> None:
    with representation(inline(b"a")) as found:
        assert may_continue(found, None)
        assert may_continue(found, found.etag)
        assert not may_continue(found, '"x"')
        assert not may_continue(found, f"W/{found.etag}")
