"""`netipl medium add`."""

import base64
import json
from pathlib import Path

import typer

from netipl.cli.medium import jobs, options, sending
from netipl.cli.medium.jobs import Bars
from netipl.cli.remote.api import Api
from netipl.cli.remote.api import Json as Document
from netipl.cli.remote.group import Json, connected
from netipl.content import Content
from netipl.errors import UnavailableError
from netipl.media.recognition import Recognised
from netipl.provisioning.media_jobs import checked_sum, medium_name
from netipl.wire import printable


def add(
    context: typer.Context,
    name: options.Name,
    source: options.Source,
    *,
    tree: options.Tree = False,
    key: options.Key = None,
    sha256: options.Sum = None,
    unpack: options.Unpack = False,
    on_host: options.OnHost = False,
    detach: options.Detach = False,
    dry_run: options.DryRun = False,
    as_json: Json = False,
) -> None:
    """Import a medium from a mirror, an ISO image, a directory or a disk image.

    Its sums are checked, and it is there only when all of it is. The daemon does the
    work, and goes on when this command is interrupted.
    """
    medium_name(name)
    if sha256 is not None:
        checked_sum(sha256)
    keys = _read(key) if key is not None else b""
    if dry_run:
        _tell(source, name, keys, as_json=as_json)
        return
    is_local = "://" not in source and not on_host
    what = sending.source(Path(source), whole=tree or sha256 is not None) if is_local else None
    wish = {
        "name": name,
        "source": None if is_local else source,
        "called": Path(source).resolve().name if is_local else "upload",
        "tree": tree,
        "unpack": unpack,
        "key": base64.b64encode(keys).decode(),
        "sha256": sha256,
    }
    with connected(context) as api:
        bars = Bars(quiet=as_json)
        with bars.shown():
            job = api.post("media", wish).json
            if what is not None:
                job = _sent(api, job, what, bars)
            found = job if detach else _followed(api, job, bars)
        _print(api, found, detach=detach, as_json=as_json)


def _sent(api: Api, job: Document, what: Content, bars: Bars) -> Document:
    """What is sent comes from here: without this process it is cancelled."""
    try:
        return sending.send(api, job, what, lambda done, size: bars.file("upload", done, size))
    except BaseException:
        typer.echo(f"{printable(str(job['name']))}: not sent, so it is cancelled", err=True)
        api.delete(jobs.path(job))
        raise


def _followed(api: Api, job: Document, bars: Bars) -> Document:
    try:
        return jobs.follow(api, job, bars)
    except KeyboardInterrupt:
        name = printable(str(job["name"]))
        typer.echo(f"{name}: the daemon goes on with it; `netipl medium list` shows how far it is,", err=True)
        typer.echo(f"and `netipl medium remove {name}` cancels it", err=True)
        raise


def _print(api: Api, job: Document, *, detach: bool, as_json: bool) -> None:
    if detach:
        typer.echo(json.dumps(job) if as_json else f"{printable(str(job['name']))}: the daemon imports it")
        return
    jobs.checked(job)
    medium = api.get(f"media/{job['name']}").json
    if as_json:
        typer.echo(json.dumps(medium))
    else:
        typer.echo(f"{printable(str(medium['name']))}: {printable(str(medium['title']))}, verified and kept")


def _tell(source: str, name: str, keys: bytes, *, as_json: bool) -> None:
    from netipl.cli.medium import looking  # noqa: PLC0415 - half a second that only this needs

    found = looking.recognised(source, name, keys)
    if as_json:
        typer.echo(json.dumps(_document(found)))
        return
    level = f", for {found.level} and newer" if found.level else ""
    typer.echo(f"{found.title} ({found.family}, {found.architecture}){level}")
    for file in found.files:
        known = f"{file.sum.algorithm} {file.sum.digest}" if file.sum is not None else "without a sum"
        typer.echo(f"  {file.role:<9} {printable(file.name, 1024)}  {known}")
    for warning in found.warnings:
        typer.echo(f"netipl: {warning}", err=True)


def _document(found: Recognised) -> Document:
    files = [
        {
            "role": file.role,
            "name": file.name,
            "size": file.size,
            "sum": f"{file.sum.algorithm}:{file.sum.digest}" if file.sum is not None else None,
        }
        for file in found.files
    ]
    said = {key: getattr(found, key) for key in ("family", "version", "title", "architecture", "level")}
    return {**said, "files": files, "warnings": list(found.warnings)}


def _read(path: Path) -> bytes:
    try:
        return path.read_bytes()
    except OSError as error:
        raise UnavailableError(f"{path}: {error.strerror}", remedy="name a file of OpenPGP keys") from error
