"""What is said beside a file of its sum, and by whom it is signed: lists such as SHA256SUMS, and FILE.sha256."""

from functools import partial
from typing import Final
from urllib.parse import unquote, urlsplit, urlunsplit

from netipl.control.media.looking import InThread
from netipl.control.media.sources import Mirror
from netipl.errors import RefusedError, WireError
from netipl.integrations import gpgv
from netipl.integrations.mirror.download import Downloads
from netipl.media import sums_beside
from netipl.media.recognition import Sum

SIGNATURES: Final = (".sig", ".asc", ".gpg", ".sign")
"""How the detached signature of a file may end."""


async def beside(downloads: Downloads, url: str, key: bytes, in_thread: InThread) -> Sum | None:
    """What the directory of the file at `url` says of its sum; with `key`, only where that is signed.

    Raises RefusedError where it is not, and UnavailableError.
    """
    parts = urlsplit(url)
    place, _, name = parts.path.rpartition("/")
    name = unquote(name)
    mirror = Mirror(urlunsplit(parts._replace(path=f"{place}/")), downloads)
    clues = dict(await mirror.clues(sums_beside.names(name)))
    try:
        told = await in_thread(partial(sums_beside.sum_of, name, clues))
    except WireError as error:
        remedy = "give its sum by --sha256, or use another mirror"
        raise RefusedError(f"the list of sums beside {name} is damaged: {error}", remedy=remedy) from error
    if not key:
        return told[0] if told is not None else None
    if told is None:
        remedy = "check the signature yourself, and give --sha256 instead of --key"
        raise RefusedError(f"no list of sums beside {name} knows it, so none is signed", remedy=remedy)
    _, signed = told
    data, called = clues[signed.name] or b"", f"{mirror.where}{signed.name}"
    signatures = await mirror.clues(each for each in signed.signatures if each)
    for each in signed.signatures:
        if not each and b"-----BEGIN PGP SIGNED MESSAGE-----" in data:
            clues[signed.name] = await in_thread(partial(gpgv.signed_text, data, key, called=called))
        elif each and (signature := signatures[each]) is not None:
            await in_thread(partial(gpgv.verify_bytes, data, signature, key, called=called))
        else:
            continue
        again = await in_thread(partial(sums_beside.sum_of, name, {signed.name: clues[signed.name]}))
        if again is None:
            raise RefusedError(f"{called}: the signature does not cover {name}", remedy="use another mirror")
        return again[0]
    raise RefusedError(f"{called}: its signature is not there", remedy="leave --key out, or use another mirror")
