"""Media by the API: imported, sent, listed, verified, removed; and what keeps whom from it."""

import base64
import contextlib
import io
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from netipl.media.medium import Medium
from tests import media_trees, synthetic_media
from tests.contract.servers.api.lab import DEADLINE, Answer, Api, Json, UnixConnection, asked, serving
from tests.media_lab import archive

TREE = media_trees.rhel("Fedora", "41")


@pytest.fixture
def api(tmp_path: Path) -> Iterator[Api]:
    with serving(tmp_path, tcp=True) as found:
        yield found


@pytest.fixture
def tree(tmp_path: Path) -> Path:
    return synthetic_media.write(TREE, tmp_path / "fedora")


def over(api: Api, answer: Answer) -> Json:
    """The job, when it is."""
    assert answer.status == 202, answer.body
    found: list[Json] = [answer.json]

    def is_over() -> bool:
        found[0] = api.ask("GET", f"/media-jobs/{answer.json['id']}").json
        return found[0]["state"] in {"done", "failed", "cancelled"}

    wait(is_over)
    return found[0]


def wait(holds: Callable[[], bool]) -> None:
    """Until it does."""
    until = time.monotonic() + DEADLINE
    while not holds():
        assert time.monotonic() < until


def done(api: Api, job: Json) -> int:
    """How many bytes there are."""
    return int(api.ask("GET", f"/media-jobs/{job['id']}").json["files"][0]["done"])


def added(api: Api, tree: Path, name: str = "fedora") -> Json:
    assert over(api, api.ask("POST", "/media", {"name": name, "source": str(tree)}))["state"] == "done"
    return api.ask("GET", f"/media/{name}").json


def test_a_medium_is_imported_and_shown(api: Api, tree: Path) -> None:
    answer = api.ask("POST", "/media", {"name": "fedora", "source": str(tree)})
    assert answer.headers["Location"] == f"/api/v1/media-jobs/{answer.json['id']}"
    job = over(api, answer)
    assert (job["state"], job["source"], job["name"]) == ("done", str(tree), "fedora")
    shown = api.ask("GET", "/media/fedora").json
    assert (shown["title"], shown["family"], shown["architecture"]) == ("Fedora 41", "rhel", "s390x")
    assert {file["name"]: file["size"] for file in shown["files"]} == {
        name: len(TREE[name]) for name in ("images/kernel.img", "images/initrd.img")
    }
    assert shown["size"] == sum(file["size"] for file in shown["files"])
    assert api.ask("GET", "/media").json == {"items": [shown], "next": None}
    events = [event["what"] for event in api.ask("GET", "/events").json["items"]]
    assert events == ["medium-asked", "medium-added"]


def test_media_are_listed_by_pages(api: Api, tree: Path) -> None:
    for name in ("c", "a", "b"):
        added(api, tree, name)
    first = api.ask("GET", "/media?limit=2").json
    assert ([each["name"] for each in first["items"]], first["next"]) == (["a", "b"], "b")
    assert [each["name"] for each in api.ask("GET", "/media?limit=2&after=b").json["items"]] == ["c"]


def test_one_that_is_used_is_not_removed_and_the_answer_says_by_whom(api: Api, tree: Path) -> None:
    added(api, tree)
    plane = api.control.media
    plane._uses = lambda name: ["profile servers", "guest web"] if name == "fedora" else []
    assert api.ask("GET", "/media/fedora").json["profiles"] == ["profile servers", "guest web"]
    answer = api.ask("DELETE", "/media/fedora")
    assert (answer.status, answer.json["detail"]) == (409, "the medium fedora is used by profile servers, guest web")
    plane._uses = lambda _: []
    assert api.ask("DELETE", "/media/fedora").status == 204
    assert api.ask("GET", "/media/fedora").status == 404
    assert api.ask("DELETE", "/media/fedora").status == 404


def test_a_medium_is_sent_in_parts(api: Api) -> None:
    data = archive({**TREE, "Packages/b.rpm": bytes(range(256)) * 12_000})
    job = api.ask("POST", "/media", {"name": "sent", "called": "fedora"}).json
    assert job["state"] == "uploading"
    path = f"/media-jobs/{job['id']}/data"
    with contextlib.closing(UnixConnection(api.listen.socket)) as connection:
        connection.putrequest("PUT", f"/api/v1{path}")
        connection.putheader("Content-Length", str(len(data)))
        connection.endheaders(data[: 2 << 20])
        wait(lambda: done(api, job) >= 1 << 20)
        assert api.ask("PUT", path, data).json["detail"] == f"{job['id']} is being sent already"
    wait(lambda: "are there, and not" in api.ask("PUT", f"{path}?offset=99999999", b"").json["detail"])
    there = done(api, job)
    assert 1 << 20 <= there <= 2 << 20
    answer = api.ask("PUT", f"{path}?offset={there + 1}", data[there + 1 :])
    assert (answer.status, answer.json["remedy"]) == (409, f"go on from {there}, or begin anew")
    assert over(api, api.ask("PUT", f"{path}?offset={there}", data[there:]))["state"] == "done"
    assert api.ask("GET", "/media/sent").json["source"] == "fedora"
    answer = api.ask("PUT", path, data)
    assert (answer.status, answer.json["detail"]) == (409, f"{job['id']} waits for no upload")


def test_an_import_is_cancelled(api: Api) -> None:
    job = api.ask("POST", "/media", {"name": "sent"}).json
    assert api.ask("DELETE", f"/media-jobs/{job['id']}").json["state"] == "cancelled"
    assert api.ask("DELETE", f"/media-jobs/{job['id']}").status == 409
    assert api.ask("DELETE", "/media-jobs/none").status == 404
    assert [each["state"] for each in api.ask("GET", "/media-jobs").json["items"]] == ["cancelled"]


def test_verification_names_the_file_that_is_broken(api: Api, tree: Path) -> None:
    shown = added(api, tree)
    assert over(api, api.ask("POST", "/media/fedora/verify"))["faults"] == []
    medium = api.control.media.medium("fedora")
    assert isinstance(medium, Medium)
    path = api.control.media.shelf.blobs.path(shown["files"][1]["sha256"])
    path.chmod(0o644)
    path.write_bytes(path.read_bytes()[:-1] + b"!")
    faults = over(api, api.ask("POST", "/media/fedora/verify"))["faults"]
    assert faults == [{"file": "images/initrd.img", "what": "its bytes are not what they were"}]


@pytest.mark.parametrize(
    ("body", "status", "words"),
    [
        pytest.param({"name": "a b", "source": "/x"}, 422, "'a b' is no name for a medium", id="a name with a space"),
        pytest.param({"name": "x" * 41, "source": "/x"}, 422, "is no name for a medium", id="a long name"),
        pytest.param({"name": "x", "source": "x.iso"}, 422, "'x.iso' is no path from the root", id="no absolute path"),
        pytest.param({"name": "x", "source": "ftp://h/x"}, 422, "ftp is no way to a mirror", id="ftp"),
        pytest.param({"name": "x", "source": "/x", "sha256": "12"}, 422, "'12' is no SHA-256 sum", id="no sum"),
        pytest.param({"name": "x", "source": "/x", "key": "!"}, 422, "this is no base64", id="no base64"),
        pytest.param(
            {"name": "x", "source": "/x", "key": base64.b64encode(b"x").decode()},
            422,
            "this is no public key of OpenPGP",
            id="no key",
        ),
        pytest.param({"source": "/x"}, 422, "name: Field required", id="no name"),
    ],
)
def test_what_is_wrong_with_a_wish_is_said_at_once(api: Api, body: Json, status: int, words: str) -> None:
    answer = api.ask("POST", "/media", body)
    assert answer.status == status
    assert words in answer.json["detail"]


def test_nothing_of_the_daemons_own_is_imported(api: Api, tmp_path: Path) -> None:
    answer = api.ask("POST", "/media", {"name": "x", "source": str(tmp_path / "state/secret-key")})
    assert (answer.status, "is the daemon's own" in answer.json["detail"]) == (422, True)
    answer = api.ask("POST", "/media", {"name": "x", "source": str(tmp_path)})
    assert (answer.status, "has the state directory in it" in answer.json["detail"]) == (422, True)


def test_who_may_only_read_changes_no_media(api: Api, tree: Path) -> None:
    added(api, tree)
    secret = api.token("monitoring", "read-only")
    assert api.ask_by_tcp("GET", "/media", token=secret).status == 200
    assert api.ask_by_tcp("GET", "/media-jobs", token=secret).status == 200
    for method, path in (("POST", "/media"), ("DELETE", "/media/fedora"), ("POST", "/media/fedora/verify")):
        assert api.ask_by_tcp(method, path, {"name": "x"}, token=secret).status == 403
    assert api.ask_by_tcp("PUT", "/media-jobs/x/data", b"x", token=secret).status == 403


def test_two_hundred_megabytes_are_sent_in_constant_memory(api: Api) -> None:
    job = api.ask("POST", "/media", {"name": "disk", "called": "disk-s390x.raw"}).json
    before = peak()
    size = 200 << 20
    with contextlib.closing(UnixConnection(api.listen.socket)) as connection:
        body = Zeros(size)
        connection.request("PUT", f"/api/v1/media-jobs/{job['id']}/data", body, {"Content-Length": str(size)})
        response = connection.getresponse()
        answer = Answer(response.status, response.headers, response.read())
    assert over(api, answer)["state"] == "done"
    assert api.ask("GET", "/media/disk").json["size"] == size
    assert peak() - before < 60 << 20


def test_a_body_that_is_no_upload_is_still_limited(api: Api) -> None:
    big = b"x" * (9 << 20)
    with contextlib.suppress(BrokenPipeError, ConnectionResetError):
        assert asked(UnixConnection(api.listen.socket), "POST", "/media", big).status == 413
    with contextlib.suppress(BrokenPipeError, ConnectionResetError):
        assert asked(UnixConnection(api.listen.socket), "PUT", "/guests/data", big).status == 413


def peak() -> int:
    """The most memory that this process has had, in bytes."""
    [line] = [line for line in Path("/proc/self/status").read_text().splitlines() if line.startswith("VmHWM")]
    return int(line.split()[1]) << 10


class Zeros(io.RawIOBase):
    """So many bytes, none of which is held."""

    def __init__(self, size: int) -> None:
        self._left = size

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: bytearray) -> int:  # type: ignore[override]
        count = min(len(buffer), self._left)
        buffer[:count] = bytes(count)
        self._left -= count
        return count


def test_no_token_has_the_daemon_read_files_of_its_host(api: Api, tree: Path, tmp_path: Path) -> None:
    secret, key = api.token("ci", "admin"), tmp_path / "server.key"
    key.write_bytes(b"secret")
    for source in (str(key), str(tree), "relative"):
        answer = api.ask_by_tcp("POST", "/media", {"name": "key", "source": source}, token=secret)
        assert (answer.status, answer.json["detail"]) == (403, "token ci may not name files of the daemon's host")
        assert "Unix socket" in answer.json["remedy"]
    assert api.ask("GET", "/media-jobs").json["items"] == []
    assert api.ask_by_tcp("POST", "/media", {"name": "sent", "called": "x.iso"}, token=secret).status == 202
