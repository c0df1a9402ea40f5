"""How what people choose of an installation is written: time zones, languages, packages, repositories, devices.

Only the shape is decided: whether a distribution has such a package, its installer knows.
"""

import re
from collections.abc import Callable
from typing import Final

from netipl.errors import UsageError


def _shape(pattern: str, what: str, remedy: str) -> Callable[[str], str]:
    form: Final = re.compile(pattern, re.ASCII)

    def read(text: str) -> str:
        if not form.fullmatch(text):
            raise UsageError(f"{text!r} is no {what}", remedy=remedy)
        return text

    return read


time_zone = _shape(
    r"[A-Za-z][A-Za-z0-9_+-]*(?:/[A-Za-z0-9_+-]+){0,2}",
    "time zone",
    "write it as Europe/Prague, or UTC; `timedatectl` lists all",
)
language = _shape(
    r"[A-Za-z]{1,8}(?:_[A-Z]{2})?(?:\.[A-Za-z0-9-]+)?(?:@[a-z]+)?",
    "language",
    "write it as a locale: en_US.UTF-8, or C.UTF-8",
)
keyboard = _shape(r"[a-z][a-z0-9_]*(?:-[a-z0-9_]+)*", "keyboard", "write it as us, or de-nodeadkeys")
package = _shape(
    r"[@A-Za-z0-9][A-Za-z0-9@^.+_:~/=*-]*", "package", "give one name each, as vim, or @group where there are groups"
)
repository_name = _shape(r"[A-Za-z0-9][A-Za-z0-9._-]*", "name of a repository", "use letters, digits, dots and dashes")
repository_url = _shape(
    r"(?:https?|ftp|file)://[!#-\x26\x28-\x5b\x5d-~]+", "URL of a repository", "write it as http://server/path"
)
template_name = _shape(
    r"[A-Za-z0-9][A-Za-z0-9._-]*(?:/[A-Za-z0-9][A-Za-z0-9._-]*)?",
    "name of a template",
    "name one without a path; `netipl profile check` says which there are",
)
variable = _shape(r"[a-z][a-z0-9_]*", "name of a variable", "use small letters, digits and _")
znet = _shape(
    r"(?:qeth|lcs|ctc)(?:,[A-Za-z0-9._:=-]+)+",
    "argument of rd.znet",
    "write it as qeth,0.0.0600,0.0.0601,0.0.0602,layer2=1",
)
dasd = _shape(r"[0-9A-Fa-f.]+(?:[-,(:=][0-9A-Za-z.:,()=-]*)?", "argument of rd.dasd", "write it as 0.0.0200")
zfcp = _shape(
    r"[0-9A-Fa-f.]+(?:,0x[0-9A-Fa-f]{16}){0,2}",
    "argument of rd.zfcp",
    "write it as 0.0.4000, or 0.0.4000,0x5005076300c213e9,0x5022000000000000",
)
cio_ignore = _shape(r"[!0-9A-Za-z.,-]+", "argument of cio_ignore", "write it as all,!condev")


def script(text: str) -> str:
    """Lines of a program. Raises UsageError for what no text file holds."""
    if not text.replace("\n", "").replace("\t", "").isprintable():
        raise UsageError("it has control characters", remedy="give a text with Unix line ends")
    return text if text.endswith("\n") else text + "\n"
