"""Each row of media through what really has it: a directory, an ISO image, and a web server that lists nothing."""

import hashlib
import threading
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from urllib.parse import quote

import pytest

from netipl import content
from netipl.content import Content
from netipl.errors import RefusedError
from netipl.integrations import directory, iso
from netipl.media.recognise import MOST_OF_A_CLUE, pointed_at, recognised
from netipl.media.recognition import BootFile, Further, Recognised
from tests.media_trees import stream
from tests.synthetic_media import Synthetic, damaged, media, write
from tests.synthetic_media import iso as written

ROWS = media()
Read = Callable[[str], bytes | None]


def look(source: str, read: Read, sizes: Mapping[str, int] | None) -> Recognised:
    _, wanted = pointed_at(source)
    clues: dict[str, bytes | None] = {}
    while True:
        clues |= {name: data if (data := read(name)) is None else data[:MOST_OF_A_CLUE] for name in wanted}
        found = recognised(clues, sizes, source=source)
        if isinstance(found, Recognised):
            return found
        assert isinstance(found, Further)
        wanted = found.names


def of_files(source: str, files: Mapping[str, Content]) -> tuple[Recognised, Read]:
    def read(name: str) -> bytes | None:
        return b"".join(content.read(files[name])) if name in files else None

    return look(source, read, {name: file.size for name, file in files.items()}), read


def is_right(file: BootFile, data: bytes | None) -> bool:
    """By the sum that the medium says."""
    assert file.sum is not None
    assert data is not None
    return hashlib.new(file.sum.algorithm, data).hexdigest() == file.sum.digest


def check(row: Synthetic, found: Recognised, read: Read) -> None:
    assert (found.family, found.version, found.title) == (row.family, row.version, row.title)
    for file in found.files:
        assert read(file.name) == row.tree[row.files[file.role]]
        assert file.sum is None or is_right(file, read(file.name))


class _Silent(SimpleHTTPRequestHandler):
    """Lists no directory, and logs nothing."""

    def list_directory(self, path: object) -> None:
        self.send_error(404)

    def log_message(self, *_: object) -> None:
        pass


@contextmanager
def mirror(root: Path) -> Iterator[str]:
    server = ThreadingHTTPServer(("127.0.0.1", 0), partial(_Silent, directory=str(root)))
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_address[1]}"
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


def fetched(base: str, name: str) -> bytes | None:
    try:
        with urllib.request.urlopen(f"{base}/{quote(name)}", timeout=60) as answer:
            data: bytes = answer.read()
            return data
    except urllib.error.HTTPError as error:
        error.close()
        if error.code != 404:
            raise
        return None


@pytest.mark.parametrize("row", ROWS, ids=lambda row: row.name)
def test_from_a_directory(row: Synthetic, tmp_path: Path) -> None:
    check(row, *of_files(row.source, directory.tree(write(row.tree, tmp_path))))


@pytest.mark.parametrize("joliet", [False, True], ids=["Rock Ridge", "Joliet"])
@pytest.mark.parametrize("row", ROWS, ids=lambda row: row.name)
def test_from_an_iso_image(row: Synthetic, joliet: bool, tmp_path: Path) -> None:
    image = written(row.tree, tmp_path / "a.iso", rock_ridge=not joliet, joliet=joliet)
    check(row, *of_files(row.source, iso.tree(image)))


@pytest.mark.parametrize("row", [row for row in ROWS if not row.listed], ids=lambda row: row.name)
def test_from_a_mirror_that_lists_nothing(row: Synthetic, tmp_path: Path) -> None:
    with mirror(write(row.tree, tmp_path)) as base:
        read = partial(fetched, base)
        check(row, look(row.source or base, read, None), read)


@pytest.mark.parametrize("row", [row for row in ROWS if row.sums], ids=lambda row: row.name)
def test_bytes_that_differ_from_their_sums_are_found(row: Synthetic, tmp_path: Path) -> None:
    found, read = of_files(row.source, directory.tree(write(damaged(row).tree, tmp_path)))
    assert [is_right(file, read(file.name)) for file in found.files] == [False] * len(row.files)


@pytest.mark.parametrize("row", ROWS, ids=lambda row: row.name)
def test_an_image_of_another_architecture_is_refused(row: Synthetic, tmp_path: Path) -> None:
    with pytest.raises(RefusedError, match=r"x86_64|no s390x|no kernel for s390x"):
        of_files(row.source, iso.tree(written(row.foreign, tmp_path / "a.iso")))


def test_a_stream_names_files_that_lie_elsewhere(tmp_path: Path) -> None:
    with mirror(tmp_path) as base:
        tree = stream(f"{base}/builds")
        write({name if name == "stable.json" else f"builds/{name}": data for name, data in tree.items()}, tmp_path)
        source = f"{base}/stable.json"
        found = look(source, partial(fetched, pointed_at(source)[0]), None)
        assert found.title == "Fedora CoreOS 41.20241027.3.0"
        for file in found.files:
            place, _, name = file.location.rpartition("/")
            assert is_right(file, fetched(place, name))
