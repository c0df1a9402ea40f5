"""The SELinux context of a directory that a TFTP server reads, and the commands that set it.

Changes nothing: the policy is the administrator's. Sources: semanage-fcontext(8), restorecon(8), tftpd_selinux(8),
selinux(8), setxattr(2): `tftpdir_t` is for TFTP servers, `public_content_t` for files that HTTP, FTP and rsync servers
read too.
"""

import os
from pathlib import Path
from typing import Final

_MOUNTED: Final = Path("/sys/fs/selinux/enforce")
_ATTRIBUTE: Final = "security.selinux"
CONTEXTS: Final = ("tftpdir_t", "public_content_t")
READABLE: Final = frozenset({*CONTEXTS, "tftpdir_rw_t", "public_content_rw_t"})
"""Types that a DHCP and TFTP server may read."""
REFUSED: Final = frozenset(
    {
        *("default_t", "unlabeled_t", "root_t", "mnt_t", "tmp_t", "user_tmp_t", "home_root_t", "user_home_dir_t"),
        *("user_home_t", "admin_home_t", "httpd_sys_content_t", "samba_share_t", "nfs_t", "virt_image_t"),
    }
)
"""Types that it may not read: those of directories that nobody has labelled, of homes, and for other programs."""


def is_here(mounted: Path = _MOUNTED) -> bool:
    """Whether this kernel has a policy loaded."""
    return mounted.exists()


def is_enforcing(mounted: Path = _MOUNTED) -> bool:
    """Whether what the policy forbids is refused, and not only logged."""
    try:
        return mounted.read_text().strip() == "1"
    except OSError:
        return False


def label(path: Path) -> str:
    """`system_u:object_r:tftpdir_t:s0`; empty where there is none."""
    try:
        return os.getxattr(path, _ATTRIBUTE).rstrip(b"\0").decode(errors="replace")
    except OSError:
        return ""


def type_of(label: str) -> str:
    """The third part; empty where there is none."""
    return ([*label.split(":"), "", "", ""])[2]


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
