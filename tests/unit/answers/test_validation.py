"""Each kind has its checks, and each file of it one."""

import pytest

from netipl.answers import overlay
from netipl.answers.kind import Kind
from netipl.answers.render import NAMES
from netipl.answers.validation import CHECKS, findings, sources


@pytest.mark.parametrize("kind", Kind)
def test_every_file_of_a_kind_has_a_check(kind: Kind) -> None:
    assert tuple(CHECKS[kind]) == NAMES[kind]


def test_what_is_found_names_its_file() -> None:
    found = findings(Kind.AUTOINSTALL, {"user-data": b"{}", "meta-data": b"{}", "other": b""})
    assert {each.file for each in found} == {"user-data", "meta-data"}


def test_the_members_of_an_archive_are_checked() -> None:
    packed = overlay.archive({"etc/local.d/a.start": b"echo\n", "etc/motd": b"Hello\n"})
    assert [each.file for each in findings(Kind.ALPINE, {"web1.apkovl.tar.gz": packed})] == ["etc/local.d/a.start"]
    assert {source.file for source, _ in sources(Kind.ALPINE, {"x": packed})} >= {"etc/motd", "etc/local.d/a.start"}


def test_orders_are_json() -> None:
    assert [each.line for each in findings(Kind.ORDERS, {"orders.json": b"{\n"})] == [2]
