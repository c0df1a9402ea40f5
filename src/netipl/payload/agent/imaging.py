"""The order `write-image`: from its URL to the disk, checked all the way."""

from contextlib import closing
from pathlib import Path

from netipl.answers.orders import Image
from netipl.payload.agent.disk import Disk
from netipl.payload.agent.download import Download
from netipl.payload.agent.reports import Log, Reports
from netipl.payload.agent.seeding import Seed
from netipl.payload.agent.unpacking import unpacked
from netipl.payload.agent.writing import Sums, Writer, require_room


def write_image(image: Image, path: Path, seed: Seed | None, *, download: Download, log: Log, reports: Reports) -> None:
    """The disk at `path` is the image when this returns; if it raises a NetiplError, the disk does not boot."""
    with closing(Disk(path)) as disk:
        require_room(image, disk)
        writer, fetched, raw = Writer(disk, seed), Sums(), Sums()
        pieces = raw.of(unpacked(image.form, fetched.of(download.pieces())))
        for piece in pieces:
            writer.feed(piece)
            reports.progress(lambda: _so_far(fetched.size, download.size, writer.position))
        fetched.require("what was fetched", image.sha256, image.size)
        raw.require("the image", image.raw_sha256, image.raw_size)
        log.say(f"all {fetched.size} bytes came, {raw.size} of the disk, and the sums are right")
        writer.finish()


def _so_far(fetched: int, size: int | None, written: int) -> str:
    share = f"{100 * fetched // size} %: " if size else ""
    return f"{share}{fetched >> 20} MiB fetched, {written >> 20} MiB written"
