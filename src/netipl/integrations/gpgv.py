"""Signatures of OpenPGP, checked by `gpgv` against keys that the user gave. No keyring of the system is looked at.

Sources: gpgv(1); RFC 9580, 6 (armor) and 7 (text signed in the clear); GnuPG's doc/DETAILS (status lines).
"""

import base64
import binascii
import subprocess
import tempfile
from pathlib import Path
from typing import Final

from netipl.errors import RefusedError, UnavailableError, UsageError

_SECONDS: Final = 600
"""For files of gigabytes on slow disks."""

_BEGIN, _END = "-----BEGIN PGP PUBLIC KEY BLOCK-----", "-----END PGP PUBLIC KEY BLOCK-----"
_PUBLIC_KEY_TAGS: Final = frozenset({0x98, 0x99, 0x9A, 0xC6})
"""First bytes of a public key packet: in the old form, with a length of one, two or four bytes, and in the new one."""


def keyring(key: bytes) -> bytes:
    """Public keys as gpgv reads them, from a file that is armored or not. Raises UsageError."""
    made = _dearmored(key) if _BEGIN.encode() in key else key
    if not made or made[0] not in _PUBLIC_KEY_TAGS:
        raise UsageError("this is no public key of OpenPGP", remedy="give what `gpg --export` or --armor writes")
    return made


def verify(file: Path, signature: bytes, key: bytes, *, called: str) -> None:
    """That one of the keys made the detached `signature` of `file`. Blocks.

    Raises RefusedError where none did, and UnavailableError.
    """
    with tempfile.TemporaryDirectory(prefix="netipl-") as directory:
        place = Path(directory, "signature")
        place.write_bytes(signature)
        _run(Path(directory), key, [str(place), str(file)], called)


def verify_bytes(data: bytes, signature: bytes, key: bytes, *, called: str) -> None:
    """As `verify`, for bytes in memory."""
    with tempfile.TemporaryDirectory(prefix="netipl-") as directory:
        place = Path(directory, "data")
        place.write_bytes(data)
        verify(place, signature, key, called=called)


def signed_text(data: bytes, key: bytes, *, called: str) -> bytes:
    """What lies inside of a signature in the clear by one of the keys. Raises as `verify` does."""
    with tempfile.TemporaryDirectory(prefix="netipl-") as directory:
        place, output = Path(directory, "data"), Path(directory, "text")
        place.write_bytes(data)
        _run(Path(directory), key, ["--output", str(output), str(place)], called)
        return output.read_bytes()


def _run(directory: Path, key: bytes, arguments: list[str], called: str) -> None:
    place = directory / "keys.gpg"
    place.write_bytes(keyring(key))
    command = ["gpgv", "--homedir", str(directory), "--status-fd", "1", "--keyring", str(place), *arguments]
    try:
        ended = subprocess.run(command, capture_output=True, check=False, timeout=_SECONDS, stdin=subprocess.DEVNULL)
    except FileNotFoundError:
        raise UnavailableError(
            "signatures are checked by gpgv, which is not there",
            remedy="install gpgv on the daemon's host (apt install gpgv, dnf install gnupg2), or leave --key out",
        ) from None
    except subprocess.TimeoutExpired:
        raise UnavailableError(f"{called}: gpgv does not end", remedy="see what keeps the daemon's host busy") from None
    states = {line.split()[1] for line in ended.stdout.decode("utf-8", "replace").splitlines() if len(line.split()) > 1}
    if ended.returncode != 0 or "VALIDSIG" not in states:
        reason = "it is signed by other keys" if "NO_PUBKEY" in states else "its signature is not good"
        raise RefusedError(f"{called}: {reason}", remedy="see that the key is the distribution's own, and the mirror's")


def _dearmored(text: bytes) -> bytes:
    """All blocks, one after the other; their checksums, which may be left out, are not looked at."""
    made, inside = bytearray(), False
    block: list[str] = []
    for line in (each.strip() for each in text.decode("ascii", "replace").splitlines()):
        if line == _BEGIN:
            inside, block = True, []
        elif line == _END and inside:
            made += _packets(block)
            inside = False
        elif inside:
            block.append(line)
    return bytes(made)


def _packets(block: list[str]) -> bytes:
    body = block[block.index("") + 1 :] if "" in block else block
    try:
        return base64.b64decode("".join(line for line in body if not line.startswith("=")), validate=True)
    except binascii.Error as error:
        raise UsageError(
            f"the key's armor is damaged: {error}", remedy="export it again by `gpg --armor --export`"
        ) from None
