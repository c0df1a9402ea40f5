"""Names as a server sees them, and findings graded for a version."""

import pytest

from netipl.firmware.lint.finding import File, Spot, Target, graded, normal
from netipl.firmware.rules import RuleId, Severity
from netipl.firmware.versions import Version


@pytest.mark.parametrize(
    ("name", "key"),
    {
        "verbatim": (b"a/b", b"a/b"),
        "a leading slash is the root": (b"/a", b"a"),
        "doubled slashes": (b"//a//b", b"a/b"),
        "dots": (b"./a/../b", b"b"),
        "out of the root": (b"../a", b"../a"),
        "the root itself": (b"/", b""),
    }.values(),
)
def test_a_name_has_one_key(name: bytes, key: bytes) -> None:
    assert normal(name) == key


def test_a_finding_is_graded_for_the_version() -> None:
    found = [Spot(file=b"a").broken(RuleId.INITRD_MISSING, "none")]
    old, new, never = Target(version=Version(7, 2)), Target(version=Version(10, 0)), Target(version=Version(2, 12))
    assert [each.severity for each in graded(found, old)] == [Severity.ERROR]
    assert [each.severity for each in graded(found, new)] == [Severity.WARNING]
    assert list(graded(found, never)) == []


def test_an_unknown_version_is_graded_as_the_strictest() -> None:
    assert Target().graded_as == Version(3, 0)


def test_a_file_is_whole_when_its_head_is() -> None:
    assert File(size=3, head=b"abc").is_whole
    assert not File(size=4, head=b"abc").is_whole
    assert not File(size=4, head=None).is_whole
