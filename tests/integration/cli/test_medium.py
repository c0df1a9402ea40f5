"""`netipl medium` with a real daemon: from the user's home to the boot-file listener. No root."""

import hashlib
import http.client
import json
import shutil
import signal
import socket
import subprocess
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest

from tests import media_trees, synthetic_media
from tests.integration.cli.test_guest import NETIPL, Place
from tests.integration.debian.archive import Archive
from tests.mirror_server import MirrorServer, mirror_server
from tests.network_namespaces import DEADLINE, eventually

TREE = media_trees.rhel("Fedora", "41")
SETTINGS = """\
[server]
state_directory = "state"
run_directory = "run"
[dhcp]
enabled = false
[tftp]
port = {port}
workers = 1
allow = ["127.0.0.1/32"]
[http]
port = {port}
[networks.lab]
interface = "lo"
subnet = "127.0.0.0/8"
server = "127.0.0.1"
"""


class Media(Place):
    """With a boot-file listener on loopback."""

    def __init__(self, directory: Path) -> None:
        super().__init__(directory)
        with socket.create_server(("127.0.0.1", 0)) as free:
            self.port = free.getsockname()[1]
        self.config.write_text(SETTINGS.format(port=self.port))

    def get(self, path: str, method: str = "GET", **fields: str) -> tuple[int, bytes]:
        """What a guest gets."""
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=DEADLINE)
        connection.request(method, path, headers=fields)
        response = connection.getresponse()
        size = response.headers["Content-Length"]
        body = response.read()
        connection.close()
        return response.status, size.encode() if method == "HEAD" else body


@pytest.fixture
def served(tmp_path: Path) -> Iterator[Media]:
    place = Media(tmp_path)
    with place.serving():
        yield place


@pytest.fixture
def mirror(tmp_path: Path) -> Iterator[MirrorServer]:
    with mirror_server(synthetic_media.write(TREE, tmp_path / "mirror")) as found:
        yield found


def test_an_image_of_the_users_is_sent_kept_and_served_to_guests(served: Media, tmp_path: Path) -> None:
    image = synthetic_media.iso(TREE, tmp_path / "fedora.iso")
    told = served.run("medium", "add", "fedora", image, "--tree")
    assert told == "fedora: Fedora 41, verified and kept\n"
    shown = json.loads(served.run("medium", "show", "fedora", "--json"))
    place = f"/media/{shown['id']}"
    for name in ("images/kernel.img", "images/initrd.img"):
        assert served.get(f"{place}/{name}") == (200, TREE[name])
        assert served.get(f"{place}/{name}", Range="bytes=10-19") == (206, TREE[name][10:20])
        assert served.get(f"{place}/{name}", "HEAD") == (200, str(len(TREE[name])).encode())
    for name, data in TREE.items():
        assert served.get(f"{place}/tree/{name}") == (200, data)
    assert served.get(f"{place}/tree/Packages/")[0] == 404
    assert served.get(f"{place}/tree/../../../netipl.toml")[0] in {403, 404}
    assert served.get(f"{place}/fedora.iso", Range="bytes=32769-32773") == (206, b"CD001")
    assert served.run("medium", "list").splitlines()[1].split()[:4] == ["fedora", "there", "Fedora", "41"]
    assert served.run("medium", "verify", "fedora") == "fedora: all files are as they were\n"
    assert served.run("medium", "remove", "fedora", "--yes") == "fedora: removed\n"
    assert served.get(f"{place}/images/kernel.img")[0] == 404
    assert "there is no medium fedora" in served.run("medium", "remove", "fedora", "--yes", status=1)


def test_a_directory_of_the_users_is_sent(served: Media, tmp_path: Path) -> None:
    tree = synthetic_media.write(TREE, tmp_path / "fedora")
    (tree / "images" / "link").symlink_to("kernel.img")
    (tree / "images" / "out").symlink_to("/etc/hostname")
    served.run("medium", "add", "fedora", tree, "--tree")
    place = f"/media/{json.loads(served.run('medium', 'show', 'fedora', '--json'))['id']}/tree"
    assert served.get(f"{place}/images/link") == (200, TREE["images/kernel.img"])
    assert served.get(f"{place}/images/out")[0] == 404


def test_a_medium_comes_from_a_mirror_and_from_the_daemons_host(
    served: Media, mirror: MirrorServer, tmp_path: Path
) -> None:
    added = json.loads(served.run("medium", "add", "one", mirror.url(""), "--json"))
    assert (added["title"], added["source"]) == ("Fedora 41", mirror.url(""))
    served.run("medium", "add", "two", tmp_path / "mirror", "--on-host")
    names = [json.loads(line)["name"] for line in served.run("medium", "list", "--json").splitlines()]
    assert names == ["one", "two"]
    assert len(list((tmp_path / "state/media/blobs").glob("sha256/*/*"))) == 2


def test_what_is_damaged_is_told_with_what_helps(served: Media, tmp_path: Path) -> None:
    wrong = synthetic_media.write({**TREE, "images/initrd.img": b"x"}, tmp_path / "wrong")
    told = served.run("medium", "add", "wrong", wrong, status=1)
    found, should = (hashlib.sha256(data).hexdigest() for data in (b"x", TREE["images/initrd.img"]))
    assert f"images/initrd.img: its sha256 sum is {found}, and should be {should}" in told
    assert "the file is damaged: fetch it anew" in told
    foreign = synthetic_media.write(media_trees.rhel("Fedora", "41", architecture="x86_64"), tmp_path / "foreign")
    assert "this is Fedora 41 for x86_64" in served.run("medium", "add", "foreign", foreign, status=1)
    assert "is no name for a medium" in served.run("medium", "add", "a b", foreign, status=2)
    assert "no such file" in served.run("medium", "add", "none", tmp_path / "none", status=3).lower()


def test_a_dry_run_needs_no_daemon(tmp_path: Path, mirror: MirrorServer) -> None:
    place = Media(tmp_path)
    told = place.run("medium", "add", "fedora", mirror.url(""), "--dry-run")
    assert told.splitlines()[0] == "Fedora 41 (rhel, s390x), for zEC12 and newer"
    assert "images/kernel.img" in told.splitlines()[1]
    found = json.loads(place.run("medium", "add", "fedora", tmp_path / "mirror", "--dry-run", "--json"))
    assert found["files"][0]["sum"] == f"sha256:{hashlib.sha256(TREE['images/kernel.img']).hexdigest()}"


def test_an_import_goes_on_when_its_command_is_interrupted(served: Media, mirror: MirrorServer) -> None:
    mirror.behave("images/initrd.img", {"cut": 100, "hold": True})
    command = [*NETIPL, "medium", "add", "fedora", mirror.url("")]
    with subprocess.Popen(command, env=served.environment, stderr=subprocess.PIPE, text=True) as adding:
        eventually(lambda: bool(mirror.asked("images/initrd.img")), "the initrd is fetched")
        adding.send_signal(signal.SIGINT)
        _, told = adding.communicate(timeout=DEADLINE)
    assert adding.returncode == 130
    assert "the daemon goes on with it" in told
    [arriving] = served.run("medium", "list").splitlines()[1:]
    assert arriving.split()[:2] == ["fedora", "arriving"]
    identifier = json.loads(served.run("medium", "list", "--json"))["id"]
    assert served.get(f"/media/{identifier}/images/kernel.img")[0] == 503
    mirror.release()
    eventually(lambda: "there" in served.run("medium", "list"), "it is there")
    assert served.get(f"/media/{identifier}/images/initrd.img") == (200, TREE["images/initrd.img"])


def test_a_request_by_tftp_for_a_file_that_is_on_its_way_waits_for_it(served: Media, mirror: MirrorServer) -> None:
    mirror.behave("images/initrd.img", {"cut": 100, "hold": True})
    served.run("medium", "add", "fedora", mirror.url(""), "--detach")
    eventually(lambda: bool(mirror.asked("images/initrd.img")), "the initrd is fetched")
    place = f"media/{json.loads(served.run('medium', 'list', '--json'))['id']}/images"
    with closing(requested(served, f"{place}/initrd.img")) as waiting:
        with closing(requested(served, f"{place}/none")) as other:
            assert other.recv(1024) == b"\0\5\0\1file not found\0"
        waiting.setblocking(False)
        with pytest.raises(BlockingIOError):  # though it asked before the other
            waiting.recv(1024)
        waiting.settimeout(DEADLINE)
        mirror.release()
        assert waiting.recv(1024) == b"\0\3\0\1" + TREE["images/initrd.img"][:512]


def requested(place: Media, name: str) -> socket.socket:
    """A client of TFTP that has sent its request. Source: RFC 1350, 5."""
    made = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
    made.settimeout(DEADLINE)
    made.sendto(b"\0\1" + name.encode() + b"\0octet\0", ("127.0.0.1", place.port))
    return made


def test_what_is_interrupted_while_it_is_sent_is_cancelled(served: Media, tmp_path: Path) -> None:
    disk = tmp_path / "disk-s390x.raw"
    with disk.open("wb") as file:
        file.truncate(8 << 30)
    command = [*NETIPL, "medium", "add", "disk", str(disk)]
    with subprocess.Popen(command, env=served.environment, stderr=subprocess.PIPE, text=True) as adding:
        eventually(lambda: "uploading" in served.run("medium", "list"), "it is sent")
        adding.send_signal(signal.SIGINT)
        _, told = adding.communicate(timeout=DEADLINE)
    assert (adding.returncode, "disk: not sent, so it is cancelled" in told) == (130, True), told
    assert served.run("medium", "list").splitlines()[1:] == []
    eventually(lambda: not list((tmp_path / "state/media/incoming").iterdir()), "nothing stays")


def test_an_import_is_cancelled_by_its_name(served: Media, mirror: MirrorServer) -> None:
    mirror.behave("images/initrd.img", {"cut": 100, "hold": True})
    assert served.run("medium", "add", "fedora", mirror.url(""), "--detach") == "fedora: the daemon imports it\n"
    eventually(lambda: bool(mirror.asked("images/initrd.img")), "the initrd is fetched")
    assert served.run("medium", "remove", "fedora", "--yes") == "fedora: its import is cancelled\n"
    assert served.run("medium", "list").splitlines()[1:] == []
    mirror.release()


def test_a_daemon_that_is_killed_goes_on_with_what_was_asked_of_it(tmp_path: Path, mirror: MirrorServer) -> None:
    place = Media(tmp_path)
    mirror.behave("images/initrd.img", {"cut": 100, "hold": True})
    with place.serving():
        place.run("medium", "add", "fedora", mirror.url(""), "--detach")
        eventually(lambda: bool(mirror.asked("images/initrd.img")), "the initrd is fetched")
    with place.serving():
        eventually(lambda: "there" in place.run("medium", "list"), "it is there")


@pytest.mark.skipif(shutil.which("apt-get") is None, reason="needs Debian's apt")
def test_the_agent_comes_with_the_first_disk_image(served: Media, tmp_path: Path) -> None:
    image = tmp_path / "server.raw"
    image.write_bytes(b"zIPL" + bytes(range(252)) + bytes(256) + bytes(1 << 20))
    archive = Archive(tmp_path / "archive")
    archive.publish("6.1")
    served.environment |= {"APT_CONFIG": str(archive.configuration), "XDG_CACHE_HOME": str(tmp_path / "cache")}
    assert served.run("medium", "add", "one", image) == "one: server, verified and kept\n"
    with_agent = served.run("medium", "add", "two", image, "--agent")
    assert with_agent.splitlines()[-1] == "agent: built with Linux 6.1-s390x, verified and kept"
    assert served.run("medium", "add", "three", image, "--agent") == "three: server, verified and kept\n"
    assert "netipl agent 6.1-s390x" in served.run("medium", "show", "agent")
