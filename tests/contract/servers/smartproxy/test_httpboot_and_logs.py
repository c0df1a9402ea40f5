"""The HTTPBoot and Logs modules."""

import os
from pathlib import Path

import pytest

from netipl.servers.smartproxy.logbook import SIZE, TAIL, Level, Logbook
from tests.contract.servers.smartproxy.lab import Proxy, serving


@pytest.mark.parametrize("root", ["httpboot", "EFI"])
def test_a_file_by_http_with_its_ranges(tmp_path: Path, root: str) -> None:
    with serving(tmp_path) as proxy:
        (tmp_path / "root/boot").mkdir()
        (tmp_path / "root/boot/kernel.img").write_bytes(bytes(range(100)) * 10_000)
        path = f"/{root}/boot/kernel.img"
        found = proxy.ask("GET", path)
        assert (found.status, found.media_type, len(found.body)) == (200, "application/octet-stream", 1_000_000)
        part = proxy.ask("GET", path, Range="bytes=100-199")
        assert (part.status, part.body) == (206, bytes(range(100)))
        assert part.headers["Content-Range"] == "bytes 100-199/1000000"
        assert proxy.ask("GET", path, Range="bytes=1000000-").status == 416
        assert proxy.ask("GET", path, If_Modified_Since=str(found.headers["Last-Modified"])).status == 304
        assert proxy.ask("GET", path, If_None_Match=str(found.headers["ETag"])).status == 304


@pytest.mark.parametrize("name", ["a.html", "a.svg", "a.txt", "a.efi", "a"])
def test_no_file_is_anything_that_a_browser_would_run(tmp_path: Path, name: str) -> None:
    with serving(tmp_path) as proxy:
        (tmp_path / "root" / name).write_bytes(b"<script>")
        found = proxy.ask("GET", f"/httpboot/{name}")
        assert (found.media_type, found.headers["X-Content-Type-Options"]) == ("application/octet-stream", "nosniff")


@pytest.mark.parametrize(
    ("path", "status", "words"),
    [
        ("/httpboot/none", 404, "Not found"),
        ("/httpboot/" + "n" * 300, 404, "Not found"),
        ("/httpboot", 403, "Invalid or empty path"),
        ("/httpboot/", 403, "Invalid or empty path"),
        ("/httpboot/directory", 403, "Directory listing not allowed"),
        ("/httpboot/outside", 403, "Invalid or empty path"),
        ("/httpboot/pipe", 503, "Not a regular file"),
        ("/httpboot/../x", 403, "Invalid or empty path"),
        ("/httpboot/a%2fb", 400, "Bad Request"),
    ],
)
def test_what_is_no_file_is_refused(tmp_path: Path, path: str, status: int, words: str) -> None:
    with serving(tmp_path) as proxy:
        (tmp_path / "root/directory").mkdir()
        (tmp_path / "root/outside").symlink_to("/etc/passwd")
        os.mkfifo(tmp_path / "root/pipe")
        found = proxy.ask("GET", path)
        assert (found.status, found.text) == (status, words)


def test_configurations_are_not_for_everybody(proxy: Proxy) -> None:
    proxy.ask("POST", "/tftp/PXELinux/52:54:00:00:00:01", [("pxeconfig", "token")])
    assert proxy.ask("GET", "/httpboot/pxelinux.cfg/01-52-54-00-00-00-01").status == 404


def test_the_log_has_what_foreman_reads(proxy: Proxy) -> None:
    proxy.ask("GET", "/dhcp/bogus")
    for path in ("/logs", "/logs/", "/logs/?from_timestamp=0"):
        found = proxy.ask("GET", path).json
        assert set(found["info"]) == {"size", "tail_size", "level", "level_tail", "failed_modules"}
        assert (found["info"]["size"], found["info"]["tail_size"], found["info"]["level_tail"]) == (2000, 1000, 3)
        [entry] = [each for each in found["logs"] if "bogus" in each["message"]]
        assert entry["level"] == "WARN"
        assert entry["request_id"] == "bc401f9b"
        assert isinstance(entry["timestamp"], float)
    for never in ("nan", "-inf", "inf", "x"):
        assert proxy.ask("GET", f"/logs/?from_timestamp={never}").json["logs"], "it is no number"
    later = proxy.ask("GET", f"/logs/?from_timestamp={entry['timestamp']}").json["logs"]
    assert not any("bogus" in each["message"] for each in later)


def test_what_is_grave_outlives_a_flood() -> None:
    moments = iter(range(1, 10_000))
    book = Logbook(lambda: next(moments))
    book.add(Level.ERROR, "grave\x1b[31m")
    for number in range(SIZE + 10):
        book.add(Level.DEBUG, str(number))
    found = book.since(0)
    assert len(found) == SIZE + 1
    assert found[0].message == "grave\\x1b[31m"
    for _ in range(TAIL + SIZE + 10):
        book.add(Level.ERROR, "flood")
    assert len(book.since(0)) == SIZE
