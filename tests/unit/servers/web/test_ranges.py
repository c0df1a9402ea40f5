import pytest

from netipl.servers.web.ranges import ByteRange, Unsatisfiable, byte_range


@pytest.mark.parametrize(
    ("header", "start", "stop"),
    [
        pytest.param("bytes=0-0", 0, 1, id="the first byte"),
        pytest.param("bytes=10-19", 10, 20, id="both ends are included"),
        pytest.param("bytes=90-", 90, 100, id="open end"),
        pytest.param("bytes=90-1000", 90, 100, id="an end behind the file is the file's"),
        pytest.param("bytes=-10", 90, 100, id="suffix"),
        pytest.param("bytes=-1000", 0, 100, id="a suffix longer than the file is the file"),
        pytest.param("Bytes= 0-9 ", 0, 10, id="units in any case, blanks around"),
    ],
)
def test_one_range_is_heeded(header: str, start: int, stop: int) -> None:
    assert byte_range(header, 100) == ByteRange(start, stop)


@pytest.mark.parametrize("header", ["bytes=100-", "bytes=100-200", "bytes=-0"])
def test_a_range_behind_the_end_is_unsatisfiable(header: str) -> None:
    assert isinstance(byte_range(header, 100), Unsatisfiable)


def test_nothing_of_an_empty_file_is_satisfiable() -> None:
    assert isinstance(byte_range("bytes=0-", 0), Unsatisfiable)
    assert isinstance(byte_range("bytes=-5", 0), Unsatisfiable)


@pytest.mark.parametrize(
    "header",
    [
        pytest.param("bytes=0-1,5-6", id="several ranges"),
        pytest.param("lines=0-1", id="another unit"),
        pytest.param("bytes=5-2", id="backwards"),
        pytest.param("bytes=-", id="no number"),
        pytest.param("bytes=a-b", id="no digits"),
        pytest.param("bytes=٣-", id="digits of other scripts"),
        pytest.param("bytes=" + "9" * 5000 + "-", id="a number without end"),
        pytest.param("", id="empty"),
    ],
)
def test_what_is_no_single_range_is_ignored(header: str) -> None:
    assert byte_range(header, 100) is None


def test_a_range_is_told_with_the_size_of_the_whole() -> None:
    assert ByteRange(10, 20).content_range(100) == "bytes 10-19/100"
