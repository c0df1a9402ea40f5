"""PEM files of certificates, keys and authorities, read into a TLS context; what is wrong is said of that file alone.

OpenSSL names none, and asks on the terminal for a key's passphrase, which a daemon has nobody to give.
"""

import ssl
from pathlib import Path
from typing import Final

from netipl.errors import UnavailableError

_READABLE: Final = "the daemon's user has to be able to read it: chgrp netipl FILE; chmod 640 FILE"
_MISMATCH: Final = "KEY_VALUES_MISMATCH"


def show(context: ssl.SSLContext, certificate: Path, key: Path) -> None:
    """`context` shows the certificate, with those that it needs behind it. Blocks. Raises UnavailableError."""
    for path, kind in ((certificate, "CERTIFICATE"), (key, "PRIVATE KEY")):
        if f"{kind}-----" not in _text(path):
            raise UnavailableError(f"{path} is no PEM file with a {kind.lower()}", remedy="name the right file")
    try:
        context.load_cert_chain(certificate, key, password=lambda: "")
    except ssl.SSLError as error:
        raise _unfit(certificate, key, error) from error


def trust(context: ssl.SSLContext, authority: Path) -> None:
    """`context` takes certificates of that authority. Blocks. Raises UnavailableError."""
    if "CERTIFICATE-----" not in _text(authority):
        remedy = "name the file of the authority that signs the other side's certificate"
        raise UnavailableError(f"{authority} is no PEM file with a certificate", remedy=remedy)
    try:
        context.load_verify_locations(authority)
    except ssl.SSLError as error:
        raise UnavailableError(f"{authority}: {_reason(error)}", remedy="name a PEM file that is whole") from error


def common_name(certificate: object) -> str:
    """The last CN of the subject, as `getpeercert` has it; names of the extension do not count. Empty for none."""
    subject = certificate.get("subject", ()) if isinstance(certificate, dict) else ()
    names = [text for names in subject for key, text in names if key == "commonName"]
    return str(names[-1]) if names else ""


def _unfit(certificate: Path, key: Path, error: ssl.SSLError) -> UnavailableError:
    if error.reason == _MISMATCH:
        return UnavailableError(f"{key} is not the key of {certificate}", remedy="name the two that were made together")
    if "ENCRYPTED" in _text(key):
        remedy = f"take the passphrase off it: openssl pkey -in {key} -out FILE"
        return UnavailableError(f"{key} has a passphrase, and nobody would give it", remedy=remedy)
    return UnavailableError(f"{certificate} with {key}: {_reason(error)}", remedy="name PEM files that are whole")


def _text(path: Path) -> str:
    try:
        return path.read_text("latin-1")
    except PermissionError as error:
        raise UnavailableError(f"{path} may not be read", remedy=_READABLE.replace("FILE", str(path))) from error
    except OSError as error:
        raise UnavailableError(f"{path}: {error.strerror}", remedy="name a file that is there") from error


def _reason(error: ssl.SSLError) -> str:
    return (error.reason or "it cannot be read").replace("_", " ").lower()
