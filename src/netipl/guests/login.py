"""How what lets people into an installed system is written: user names, SSH keys, hashes of passwords.

Sources: crypt(5) for the forms of hashes; sshd(8), "AUTHORIZED_KEYS FILE FORMAT", and RFC 4253, 6.6, for keys;
useradd(8) for names. What is wrong is never repeated: it may be the password itself.
"""

import binascii
import re
from base64 import b64decode
from typing import Final

from netipl.errors import UsageError

_NAME: Final = re.compile(r"[a-z_][a-z0-9_-]{0,31}")
_SALTED: Final = r"(?:rounds=[1-9][0-9]{0,8}\$)?[^$:\s]{1,16}"
_HASHES: Final = (
    re.compile(rf"\$6\${_SALTED}\$[./0-9A-Za-z]{{86}}"),  # sha512crypt
    re.compile(rf"\$5\${_SALTED}\$[./0-9A-Za-z]{{43}}"),  # sha256crypt
    re.compile(r"\$g?y\$[./A-Za-z0-9]+\$[./A-Za-z0-9]{0,86}\$[./A-Za-z0-9]{43}"),  # yescrypt and gost-yescrypt
    re.compile(r"\$7\$[./A-Za-z0-9]{11,97}\$[./A-Za-z0-9]{43}"),  # scrypt
    re.compile(r"\$2[aby]\$[0-9]{2}\$[./A-Za-z0-9]{53}"),  # bcrypt
)
"""Without those that crypt(5) calls unfit for new hashes: the oldest is any 13 letters, as a password may be."""

_KEY_TYPES: Final = (
    "ssh-ed25519",
    "ssh-rsa",
    "ecdsa-sha2-nistp256",
    "ecdsa-sha2-nistp384",
    "ecdsa-sha2-nistp521",
    "sk-ssh-ed25519@openssh.com",
    "sk-ecdsa-sha2-nistp256@openssh.com",
)
_LENGTH: Final = 4  # bytes, before each field of a key


def user_name(text: str) -> str:
    """Of somebody who is not root. Raises UsageError."""
    if text == "root":
        raise UsageError("root is no user like others", remedy="say root_password and root_ssh_keys")
    if not _NAME.fullmatch(text):
        raise UsageError("it is no name of a user", remedy="use up to 32 small letters, digits, - and _")
    return text


def password_hash(text: str) -> str:
    """A hash of crypt(3). Raises UsageError for all else, above all for a password."""
    if not any(form.fullmatch(text) for form in _HASHES):
        raise UsageError(
            "it is no hash of crypt(3), and passwords are kept as hashes only",
            remedy="make one with `openssl passwd -6` or `mkpasswd`",
        )
    return text


def ssh_key(text: str) -> str:
    """A public key as it stands in authorized_keys, without options. Raises UsageError."""
    if "PRIVATE KEY" in text:
        raise UsageError("it is a private key", remedy="give the public one, from the file that ends in .pub")
    line = " ".join(text.split()) if text.strip().count("\n") == 0 else text
    kind, _, rest = line.partition(" ")
    if kind not in _KEY_TYPES or not line.isprintable():
        raise UsageError("it is no public SSH key", remedy=f"begin with its type, one of {', '.join(_KEY_TYPES)}")
    if not _is_of(kind, rest.partition(" ")[0]):
        raise UsageError(f"it is no whole key, as {kind} has them", remedy="give the line of the .pub file as it is")
    return line


def _is_of(kind: str, encoded: str) -> bool:
    """Whether the key says its own type and its fields fill it."""
    try:
        blob = b64decode(encoded, validate=True)
    except (binascii.Error, ValueError):
        return False
    found = _fields(blob)
    return len(found) > 1 and found[0] == kind.encode() and all(found)


def _fields(blob: bytes) -> list[bytes]:
    """Each behind its length; none where they are cut short."""
    found, position = [], 0
    while position < len(blob):
        length = int.from_bytes(blob[position : position + _LENGTH], "big")
        end = position + _LENGTH + length
        if end > len(blob):
            return []
        found.append(blob[position + _LENGTH : end])
        position = end
    return found
