"""Boot files of Foreman by the API."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from netipl.provisioning.changes import BootFileSet, ConfigurationSet
from netipl.provisioning.foreman.deployed import BootFile, Configuration, FileState, Variant
from tests.contract.servers.api.lab import Api, serving

NAMES = ("boot/a-kernel.img", "boot/b-kernel.img")


@pytest.fixture
def api(tmp_path: Path) -> Iterator[Api]:
    """The first is there and needed, the second could not be fetched."""
    (tmp_path / "state/foreman/files/boot").mkdir(parents=True)
    (tmp_path / "state/foreman/files" / NAMES[0]).write_bytes(b"kernel")
    needs = Configuration(station="", variant=Variant.PXELINUX, data=f"kernel {NAMES[0]}".encode())
    with serving(tmp_path) as found:
        there = BootFile(name=NAMES[0], url="http://user:secret@mirror/a", state=FileState.THERE, detail="a sum")
        lost = BootFile(name=NAMES[1], url="http://mirror/b", state=FileState.FAILED, detail="HTTP status 404")
        found.wait(found.control.commit([BootFileSet(there), BootFileSet(lost), ConfigurationSet(needs)]))
        yield found


def test_they_are_listed_with_what_needs_them_and_without_passwords(api: Api) -> None:
    there, lost = api.ask("GET", "/boot-files").json["items"]
    assert there.pop("came")
    assert there == {
        "name": NAMES[0],
        "source": "http://mirror/a",
        "state": "there",
        "error": "",
        "size": 6,
        "users": ["pxelinux.cfg/default"],
    }
    assert (lost["state"], lost["error"], lost["size"], lost["came"]) == ("failed", "HTTP status 404", None, None)


def test_one_that_is_needed_stays(api: Api) -> None:
    assert api.ask("DELETE", f"/boot-files?name={NAMES[0]}").status == 409
    assert api.ask("DELETE", f"/boot-files?name={NAMES[1]}").status == 204
    assert api.ask("DELETE", f"/boot-files?name={NAMES[1]}").status == 404
    assert [each["name"] for each in api.ask("GET", "/boot-files").json["items"]] == [NAMES[0]]
    (told,) = [each for each in api.ask("GET", "/events").json["items"] if each["what"] == "boot-file-removed"]
    assert told["detail"] == {"name": NAMES[1]}


def test_one_that_may_only_read_removes_nothing(tmp_path: Path) -> None:
    with serving(tmp_path, tcp=True) as api:
        reader = api.token("monitoring", "read-only")
        assert api.ask_by_tcp("GET", "/boot-files", token=reader).status == 200
        assert api.ask_by_tcp("DELETE", "/boot-files?name=x", token=reader).status == 403
