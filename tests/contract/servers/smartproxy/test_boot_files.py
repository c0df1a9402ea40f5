"""What becomes of the files that Foreman asks for: fetched once, whole, verified, from where they really are."""

from hashlib import sha256
from pathlib import Path

import pytest

from netipl.content import Content, read
from netipl.control.foreman import boot_files
from netipl.control.foreman.fetching import Arrived
from netipl.errors import ConflictError, MissingError
from netipl.protocols.tftp.resolution import Arriving, Missing, Resolution
from netipl.provisioning.timeline import Deed
from tests.contract.servers.smartproxy.lab import Answer, Proxy, serving
from tests.ftp_server import ftp_server
from tests.mirror_server import MirrorServer, mirror_server
from tests.network_namespaces import eventually

PREFIX = "boot/rhel-mirror-nrm0GtSX1ZC5"
KERNEL = "boot/rhel-mirror-nrm0GtSX1ZC5-kernel.img"


def fetch(proxy: Proxy, url: str, prefix: str = PREFIX) -> Answer:
    return proxy.ask("POST", "/tftp/fetch_boot_file", [("prefix", prefix), ("path", url)])


def resolved(proxy: Proxy, name: str) -> Resolution:
    async def resolve() -> Resolution:
        return proxy.plane.boot_files.resolve(name)

    return proxy.wait(resolve())


def settled(proxy: Proxy, name: str = KERNEL) -> bytes | None:
    """What is served in the end; None for nothing."""
    eventually(lambda: not isinstance(resolved(proxy, name), Arriving), f"{name} is there or has failed")
    found = resolved(proxy, name)
    return b"".join(read(found)) if isinstance(found, Content) else None


def deeds(proxy: Proxy) -> list[Deed]:
    return [each.what for each in proxy.events() if isinstance(each.what, Deed) and each.what.startswith("boot-file-")]


def logged(proxy: Proxy) -> str:
    return "\n".join(each["message"] for each in proxy.ask("GET", "/logs?from_timestamp=0").json["logs"])


@pytest.fixture
def mirror(tmp_path: Path):  # type: ignore[no-untyped-def]  # a generator of what the with statement gives
    root = tmp_path / "mirror"
    root.mkdir()
    with mirror_server(root) as running:
        yield running


def test_a_file_comes_under_the_name_that_foreman_expects(proxy: Proxy, mirror: MirrorServer) -> None:
    data = mirror.put("rh/7.5/images/kernel.img", b"kernel" * 1000)
    found = fetch(proxy, mirror.url("rh/7.5/images/kernel.img"))
    assert found.is_done
    assert settled(proxy) == data
    assert deeds(proxy) == [Deed.BOOT_FILE_ASKED, Deed.BOOT_FILE_FETCHED]
    assert proxy.ask("GET", f"/httpboot/{KERNEL}").body == data


@pytest.mark.parametrize(("prefix", "name"), [("boot/x", "boot/x-kernel.img"), ("boot/x/", "boot/x/kernel.img")])
def test_a_prefix_that_ends_in_a_slash_is_a_directory(
    proxy: Proxy, mirror: MirrorServer, prefix: str, name: str
) -> None:
    data = mirror.put("kernel.img", b"kernel")
    assert fetch(proxy, mirror.url("kernel.img"), prefix).is_done
    assert settled(proxy, name) == data


def test_whoever_asks_waits_for_what_is_on_its_way_and_never_sees_a_part(tmp_path: Path, mirror: MirrorServer) -> None:
    data = mirror.put("images/kernel.img", bytes(range(256)) * 1024)
    mirror.behave("images/kernel.img", {"cut": 100_000, "hold": True})
    with serving(tmp_path) as proxy:
        fetch(proxy, mirror.url("images/kernel.img"))
        eventually(lambda: len(mirror.asked("images/kernel.img")) == 1, "it is asked for")
        assert isinstance(resolved(proxy, KERNEL), Arriving)
        later = proxy.ask("GET", f"/httpboot/{KERNEL}")
        assert (later.status, later.headers["Retry-After"]) == (503, "5")
        for _ in range(20):
            assert fetch(proxy, mirror.url("images/kernel.img")).is_done
        mirror.release()
        assert settled(proxy) == data
        asked = mirror.asked("images/kernel.img")
        assert [each.get("Range") for each in asked] == [None, "bytes=65536-"], "it was continued, and asked for once"
        assert fetch(proxy, mirror.url("images/kernel.img")).is_done
        assert settled(proxy) == data
        assert len(mirror.asked("images/kernel.img")) == 2, "what has just come is not asked for again"


def test_what_was_promised_goes_on_after_a_restart(tmp_path: Path, mirror: MirrorServer) -> None:
    data = mirror.put("images/kernel.img", b"kernel" * 5000)
    mirror.behave("images/kernel.img", {"cut": 1000, "hold": True})
    with serving(tmp_path) as proxy:
        assert fetch(proxy, mirror.url("images/kernel.img")).is_done
        eventually(lambda: len(mirror.asked("images/kernel.img")) == 1, "it is asked for")
    mirror.release()
    with serving(tmp_path) as proxy:
        assert settled(proxy) == data
    with serving(tmp_path) as proxy:
        assert settled(proxy) == data
        asked = len(mirror.asked("images/kernel.img"))
        fetch(proxy, mirror.url("images/kernel.img"))
        eventually(lambda: len(mirror.asked("images/kernel.img")) > asked, "it is asked for again")
        assert "If-None-Match" in mirror.asked("images/kernel.img")[-1]
        assert settled(proxy) == data


def test_what_is_another_file_by_now_comes_anew(tmp_path: Path, mirror: MirrorServer) -> None:
    mirror.put("images/kernel.img", b"old")
    with serving(tmp_path) as proxy:
        fetch(proxy, mirror.url("images/kernel.img"))
        assert settled(proxy) == b"old"
    mirror.put("images/kernel.img", b"new")
    with serving(tmp_path) as proxy:
        fetch(proxy, mirror.url("images/kernel.img"))
        eventually(lambda: settled(proxy) == b"new", "the new one is served")


def treeinfo(digest: str) -> bytes:
    return (
        "[tree]\narch = s390x\nversion = 9\n[release]\nname = Linux\nversion = 9\n"
        f"[checksums]\nimages/kernel.img = sha256:{digest}\n"
    ).encode()


def test_files_come_by_ftp_and_with_the_sums_of_their_tree(proxy: Proxy, tmp_path: Path) -> None:
    with ftp_server(tmp_path / "ftp") as server:
        data = server.put("tree/images/kernel.img", b"kernel")
        server.put("tree/.treeinfo", treeinfo(sha256(data).hexdigest()))
        server.put("bad/images/kernel.img", b"kernel")
        server.put("bad/.treeinfo", treeinfo(sha256(b"another").hexdigest()))
        assert fetch(proxy, server.url("tree/images/kernel.img")).is_done
        assert fetch(proxy, server.url("bad/images/kernel.img"), "boot/bad").is_done
        assert settled(proxy) == data
        assert settled(proxy, "boot/bad-kernel.img") is None
        assert "with the tree's own sum" in logged(proxy)


def test_a_sum_of_the_tree_is_compared(tmp_path: Path, mirror: MirrorServer) -> None:
    data = mirror.put("tree/images/kernel.img", b"kernel")
    mirror.put("tree/.treeinfo", treeinfo(sha256(data).hexdigest()))
    mirror.put("bad/images/kernel.img", b"kernel")
    mirror.put("bad/.treeinfo", treeinfo(sha256(b"another").hexdigest()))
    with serving(tmp_path) as proxy:
        fetch(proxy, mirror.url("tree/images/kernel.img"), "boot/good")
        fetch(proxy, mirror.url("bad/images/kernel.img"), "boot/bad")
        assert settled(proxy, "boot/good-kernel.img") == data
        assert settled(proxy, "boot/bad-kernel.img") is None
        fetched = next(each for each in proxy.events() if each.what is Deed.BOOT_FILE_FETCHED)
        assert fetched.detail["verified"] == "yes"
        assert "sha256 sum" in logged(proxy)


@pytest.mark.parametrize(
    ("asked", "real"),
    [
        pytest.param("sles/boot/s390x/loader/linux", "sles/boot/s390x/linux", id="SUSE"),
        pytest.param(
            "d/dists/trixie/main/installer-s390x/current/images/netboot/debian-installer/s390x/initrd.gz",
            "d/dists/trixie/main/installer-s390x/current/images/generic/initrd.debian",
            id="Debian",
        ),
        pytest.param(
            "u/dists/focal/main/installer-s390x/current/images/netboot/ubuntu-installer/s390x/linux",
            "u/dists/focal/main/installer-s390x/current/legacy-images/generic/kernel.ubuntu",
            id="Ubuntu 20.04",
        ),
        pytest.param("live/casper/vmlinuz", "live/boot/kernel.ubuntu", id="Ubuntu's live server"),
    ],
)
def test_a_path_that_s390x_does_not_have_is_found_where_its_family_keeps_it(
    tmp_path: Path, mirror: MirrorServer, asked: str, real: str
) -> None:
    data = mirror.put(real, b"for s390x")
    with serving(tmp_path) as proxy:
        fetch(proxy, mirror.url(asked), "boot/m")
        name = f"boot/m-{asked.rpartition('/')[2]}"
        assert settled(proxy, name) == data
        assert f"came from {mirror.url(real)}" in logged(proxy)


def test_a_file_that_failed_is_in_the_timeline_of_each_host_that_boots_it(proxy: Proxy, mirror: MirrorServer) -> None:
    for number in (1, 2):
        text = f"label a\nkernel {KERNEL if number == 1 else 'boot/other'}\n"
        assert proxy.ask("POST", f"/tftp/PXELinux/52:54:00:00:00:0{number}", [("pxeconfig", text)]).is_done
    assert fetch(proxy, mirror.url("images/kernel.img")).is_done
    assert settled(proxy) is None
    [told] = [each for each in proxy.events() if each.what is Deed.BOOT_FILE_FAILED]
    assert (told.guest, told.detail["name"]) == ("foreman-52-54-00-00-00-01", KERNEL)
    assert list((proxy.plane.boot_files.files.parent / "incoming").iterdir()) == [], "nothing empty stays"


def test_a_file_that_is_nowhere_is_told_of(tmp_path: Path, mirror: MirrorServer) -> None:
    with serving(tmp_path) as proxy:
        assert fetch(proxy, mirror.url("images/kernel.img")).is_done, "Foreman has its answer before"
        assert settled(proxy) is None
        assert isinstance(resolved(proxy, KERNEL), Missing)
        assert deeds(proxy) == [Deed.BOOT_FILE_ASKED, Deed.BOOT_FILE_FAILED]
        [entry] = [each for each in proxy.ask("GET", "/logs").json["logs"] if each["level"] == "ERROR"]
        assert KERNEL in entry["message"]
        data = mirror.put("images/kernel.img", b"now it is there")
        fetch(proxy, mirror.url("images/kernel.img"))
        eventually(lambda: settled(proxy) == data, "asked for again, it comes")


@pytest.mark.parametrize(
    ("prefix", "url", "words"),
    [
        ("boot/x", "gopher://m/kernel", "Cannot fetch boot file, unknown protocol for medium source path: gopher://m"),
        ("boot/x", "file:///etc/passwd", "unknown protocol"),
        ("boot/x", "/etc/passwd", "unknown protocol"),
        ("boot/x", "http://[::1/kernel", "unknown protocol"),
        ("boot/x", "http://a..b/kernel", "unknown protocol"),
        ("boot/x", "ftp://" + "a" * 64 + "/kernel", "unknown protocol"),
        ("../x", "http://m/kernel", "TFTP destination outside of tftproot"),
        ("boot/../../x", "http://m/kernel", "TFTP destination outside of tftproot"),
        ("/etc/x", "http://m/kernel", "TFTP destination outside of tftproot"),
        ("boot/x", "http://m/dir/", "TFTP destination outside of tftproot"),
        ("boot/x/", "http://m/..", "TFTP destination outside of tftproot"),
        ("boot/x/", "http://m/.hidden", "TFTP destination outside of tftproot"),
        ("media/x/", "http://m/kernel", "TFTP destination outside of tftproot"),
        ("pxelinux.cfg/01", "http://m/aa", "TFTP destination outside of tftproot"),
        ("boot/x", "http://m/" + "k" * 300, "TFTP destination outside of tftproot"),
        ("boot/x", "http://m/k\nx", "unknown protocol"),
    ],
)
def test_what_may_not_be_fetched_is_refused(proxy: Proxy, prefix: str, url: str, words: str) -> None:
    found = fetch(proxy, url, prefix)
    assert found.status == 400
    assert found.text.startswith("TFTP: Failed to fetch boot file: ")
    assert words in found.text
    assert deeds(proxy) == []
    assert "Failed to fetch boot file" in logged(proxy)


def test_user_and_password_are_for_the_mirror_and_nobody_else(tmp_path: Path, mirror: MirrorServer) -> None:
    url = mirror.url("images/kernel.img").replace("://", "://user:secret@")
    with serving(tmp_path) as proxy:
        refused = fetch(proxy, "gopher://user:secret@m/kernel")
        fetch(proxy, url)
        assert settled(proxy) is None
        data = mirror.put("images/kernel.img", b"kernel")
        fetch(proxy, url)
        eventually(lambda: settled(proxy) == data, "it is there now")
        assert mirror.asked("images/kernel.img")[-1]["Authorization"] == "Basic dXNlcjpzZWNyZXQ="
        for told in (refused.text, logged(proxy), str(proxy.events())):
            assert "kernel" in told
            assert "secret" not in told


def test_what_nobody_thought_of_ends_the_download_and_not_the_daemon(
    tmp_path: Path, mirror: MirrorServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Else it would end every daemon that is started after it, too."""

    async def broken(*_: object) -> Arrived:
        raise ValueError("odd")

    data = mirror.put("images/kernel.img", b"kernel")
    with serving(tmp_path) as proxy:
        with monkeypatch.context() as patched:
            patched.setattr(boot_files, "fetch", broken)
            assert fetch(proxy, mirror.url("images/kernel.img")).is_done
            assert settled(proxy) is None
        assert "netipl has a fault: ValueError('odd')" in logged(proxy)
        fetch(proxy, mirror.url("images/kernel.img"))
        eventually(lambda: settled(proxy) == data, "the next one comes")


def test_nfs_is_nothing_to_do(proxy: Proxy) -> None:
    assert fetch(proxy, "nfs://m/kernel").is_done
    assert deeds(proxy) == []


def test_a_request_without_its_fields_is_refused(proxy: Proxy) -> None:
    assert proxy.ask("POST", "/tftp/fetch_boot_file", [("prefix", "boot/x")]).status == 400


@pytest.mark.parametrize("way", ["at once", "by a redirect"])
def test_nothing_is_fetched_from_loopback_unless_it_is_allowed(tmp_path: Path, mirror: MirrorServer, way: str) -> None:
    mirror.put("images/kernel.img", b"secret")
    allowed: tuple[str, ...] = ()
    url = mirror.url("images/kernel.img")
    if way == "by a redirect":
        allowed = ("127.0.0.1/32",)
        mirror.behave("images/kernel.img", {"location": url.replace("127.0.0.1", "127.0.0.2")})
    with serving(tmp_path, fetch_from=allowed) as proxy:
        assert fetch(proxy, url).is_done
        assert settled(proxy) is None
        assert "from which nothing is fetched" in logged(proxy)
    assert len(mirror.asked("images/kernel.img")) == (1 if way == "by a redirect" else 0)


def test_a_redirect_to_what_can_be_no_name_is_not_followed(tmp_path: Path, mirror: MirrorServer) -> None:
    mirror.behave("images/kernel.img", {"location": "http://a..b/kernel.img"})
    with serving(tmp_path) as proxy:
        fetch(proxy, mirror.url("images/kernel.img"))
        assert settled(proxy) is None
        assert "a..b is no name of a host" in logged(proxy)


@pytest.mark.parametrize("scheme", ["ftp", "file"])
def test_a_redirect_to_what_is_no_web_server_is_not_followed(tmp_path: Path, mirror: MirrorServer, scheme: str) -> None:
    mirror.behave("images/kernel.img", {"location": f"{scheme}://127.0.0.1/etc/passwd"})
    with serving(tmp_path) as proxy:
        fetch(proxy, mirror.url("images/kernel.img"))
        assert settled(proxy) is None
        assert "redirected to what is no web server" in logged(proxy)


def test_a_file_that_is_too_large_is_not_taken(tmp_path: Path, mirror: MirrorServer) -> None:
    mirror.put("images/kernel.img", bytes(2 << 20))
    with serving(tmp_path, most=1 << 20) as proxy:
        fetch(proxy, mirror.url("images/kernel.img"))
        assert settled(proxy) is None
        assert "more than 1048576 bytes" in logged(proxy)


def test_one_that_nothing_deployed_names_is_removed_and_fetched_again_when_it_is_asked_for(
    proxy: Proxy, mirror: MirrorServer
) -> None:
    data = mirror.put("rh/7.5/images/kernel.img", b"kernel" * 1000)
    files, station = proxy.plane.boot_files, "52:54:00:00:00:01"
    fetch(proxy, mirror.url("rh/7.5/images/kernel.img"))
    assert settled(proxy) == data
    named = f"label l\nkernel {KERNEL}\ninitrd i\nappend a\n"
    proxy.ask("POST", f"/tftp/PXELinux/{station}", [("pxeconfig", named)])
    [kept] = proxy.wait(files.kept())
    assert (kept.file.name, kept.size, kept.users) == (KERNEL, len(data), ("pxelinux.cfg/01-52-54-00-00-00-01",))
    assert kept.came is not None
    with pytest.raises(ConflictError, match="is needed by pxelinux"):
        proxy.wait(files.remove(KERNEL, by="user root"))
    assert settled(proxy) == data
    proxy.ask("DELETE", f"/tftp/PXELinux/{station}")
    proxy.wait(files.remove(KERNEL, by="user root"))
    assert (settled(proxy), proxy.wait(files.kept())) == (None, [])
    assert not (files.files / KERNEL).exists()
    assert deeds(proxy)[-1] is Deed.BOOT_FILE_REMOVED
    with pytest.raises(MissingError, match="there is no boot file"):
        proxy.wait(files.remove(KERNEL, by="user root"))
    fetch(proxy, mirror.url("rh/7.5/images/kernel.img"))
    assert settled(proxy) == data


def test_one_that_is_being_fetched_is_not_removed(proxy: Proxy, mirror: MirrorServer) -> None:
    mirror.put("rh/7.5/images/kernel.img", bytes(200_000))
    mirror.behave("rh/7.5/images/kernel.img", {"cut": 100_000, "hold": True})
    fetch(proxy, mirror.url("rh/7.5/images/kernel.img"))
    with pytest.raises(ConflictError, match="is being fetched"):
        proxy.wait(proxy.plane.boot_files.remove(KERNEL, by="user root"))
    mirror.release()
