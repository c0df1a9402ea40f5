"""`netipl medium add`."""

import base64
import json
from pathlib import Path

import typer

from netipl.cli.medium import agent, importing, jobs, options
from netipl.cli.medium.importing import Wish
from netipl.cli.medium.jobs import Bars
from netipl.cli.remote.api import Json as Document
from netipl.cli.remote.group import Json, connected
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
    with_agent: options.WithAgent = False,
    detach: options.Detach = False,
    dry_run: options.DryRun = False,
    as_json: Json = False,
) -> None:
    """Import a medium from a mirror, an ISO image, a directory or a disk image.

    Its sums are checked, and it is there only when all of it is. The daemon does the
    work, and goes on when this command is interrupted. Disk images are installed
    by the agent, which --agent builds and imports too.
    """
    medium_name(name)
    if sha256 is not None:
        checked_sum(sha256)
    keys = _read(key) if key is not None else b""
    if dry_run:
        _tell(source, name, keys, as_json=as_json)
        return
    more = {"tree": tree, "unpack": unpack, "key": base64.b64encode(keys).decode(), "sha256": sha256}
    wish = Wish(name=name, source=source, on_host=on_host, more=more)
    what = wish.content
    with connected(context) as api:
        bars = Bars(quiet=as_json)
        with bars.shown():
            job = importing.imported(api, wish, what, bars, detach=detach)
        if detach:
            typer.echo(json.dumps(job) if as_json else f"{printable(str(job['name']))}: the daemon imports it")
            return
        jobs.checked(job)
        medium = api.get(f"media/{name}").json
        typer.echo(json.dumps(medium) if as_json else f"{name}: {printable(str(medium['title']))}, verified and kept")
        if agent.is_lacking(api, medium):
            if with_agent:
                typer.echo(agent.add(api), err=as_json)
            else:
                agent.tell_of_lack(name)


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
