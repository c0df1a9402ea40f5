"""The SELinux context of a directory that a TFTP server reads, and the commands that set it.

Changes nothing: the policy is the administrator's. Sources: semanage-fcontext(8), restorecon(8), tftpd_selinux(8):
`tftpdir_t` is for TFTP servers, `public_content_t` for files that HTTP, FTP and rsync servers read too.
"""

from pathlib import Path
from typing import Final

_MOUNTED: Final = Path("/sys/fs/selinux/enforce")
CONTEXTS: Final = ("tftpdir_t", "public_content_t")


def is_here(mounted: Path = _MOUNTED) -> bool:
    """Whether this kernel has a policy loaded."""
    return mounted.exists()


def commands(directory: Path, context: str = CONTEXTS[0]) -> tuple[str, ...]:
    """For root to run once: files that come later inherit it from their directory."""
    place = _quoted(str(directory.absolute()))
    pattern = _quoted(f"{_escaped(str(directory.absolute()))}(/.*)?")
    return (f"semanage fcontext -a -t {context} {pattern}", f"restorecon -R {place}")


def _escaped(path: str) -> str:
    """As a regular expression that matches itself."""
    return "".join(f"\\{character}" if character in r".^$*+?()[]{}|\\" else character for character in path)


def _quoted(text: str) -> str:
    """For a shell."""
    return "'" + text.replace("'", "'\\''") + "'"
