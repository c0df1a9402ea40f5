from dataclasses import replace

import pytest

from netipl.guests.document import document
from netipl.guests.guest import Guest, Origin
from netipl.net import Mac
from netipl.servers.api.etags import etag, expected
from netipl.servers.api.problems import Refusal

GUEST = Guest(name="web1", macs=(Mac(b"RT0001"),), network="lab")
SHOWN = document(GUEST)
TAG = etag(SHOWN)


def test_a_tag_is_quoted_and_strong() -> None:
    assert TAG[0] == TAG[-1] == '"'


def test_what_can_be_changed_changes_the_tag_and_nothing_else_does() -> None:
    assert etag(document(replace(GUEST, append="quiet"))) != TAG
    assert etag(document(replace(GUEST, macs=(*GUEST.macs, Mac(b"RT0002"))))) != TAG
    assert etag(document(replace(GUEST, origin=Origin.ADDED))) == TAG


@pytest.mark.parametrize("given", [TAG, f'"x", {TAG}', f' {TAG} , W/"y"', '"a,b" ,' + TAG])
def test_one_of_the_tags_is_enough(given: str) -> None:
    assert expected(GUEST, SHOWN, given, needed=True, what="guest") is GUEST


@pytest.mark.parametrize("given", ["*", " * "])
def test_any_state_will_do(given: str) -> None:
    assert expected(GUEST, SHOWN, given, needed=True, what="guest") is None


@pytest.mark.parametrize(
    ("given", "status"),
    [
        pytest.param(None, 428, id="none"),
        pytest.param('"x"', 412, id="another"),
        pytest.param(f"W/{TAG}", 412, id="a weak one"),
        pytest.param(TAG.strip('"'), 400, id="without quotes"),
        pytest.param(f"{TAG} {TAG}", 400, id="without a comma"),
        pytest.param("", 400, id="empty"),
    ],
)
def test_all_else_is_refused(given: str | None, status: int) -> None:
    with pytest.raises(Refusal) as caught:
        expected(GUEST, SHOWN, given, needed=True, what="guest")
    assert caught.value.status_code == status


def test_where_none_is_needed_none_is_missed() -> None:
    assert expected(GUEST, SHOWN, None, needed=False, what="guest") is None
