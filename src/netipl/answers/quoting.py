"""The filters of answer templates: a value as one word or text of the language that stands around it.

Source: POSIX.1-2017 XCU 2.2 for the shell; JSON texts are also YAML and TOML strings.
"""

import base64
import json
import shlex
from collections.abc import Callable, Mapping
from types import MappingProxyType
from typing import Any, Final
from urllib.parse import quote, urlsplit

from netipl.errors import UsageError

_SCRIPT: Final = "#!/bin/sh\n"


def word(found: object) -> str:
    """For a line that is read with the rules of the shell: quoted, and never more than one line."""
    return shlex.quote(line(found))


def line(found: object) -> str:
    """As it is, if it has neither line breaks nor other control characters. Raises UsageError."""
    text = str(found)
    if not text.isprintable():
        raise UsageError(f"{text!r} has characters that cannot stand here", remedy="put it on one line")
    return text


def shell(found: object) -> str:
    """A word of a shell script; it may have several lines."""
    return shlex.quote(str(found))


def as_json(found: object) -> str:
    """A JSON text, and so a YAML one: strings quoted, sequences and mappings in brackets."""
    return json.dumps(found, ensure_ascii=False, default=_plain)


def script(text: object) -> str:
    """A script as a program: with a first line that names its interpreter, /bin/sh where it names none."""
    found = str(text).replace("\r\n", "\n")
    begun = found if found.startswith("#!") else _SCRIPT + found
    return begun if begun.endswith("\n") else begun + "\n"


def base64_of(found: object) -> str:
    """In one line, for places that no text may break out of."""
    return base64.b64encode(str(found).encode()).decode()


def data_url(found: object) -> str:
    """RFC 2397, as Ignition takes contents."""
    return "data:," + quote(str(found), safe="")


def host_of(url: object) -> str:
    """Of a URL, with its port where it has one."""
    return urlsplit(line(url)).netloc


def path_of(url: object) -> str:
    """Of a URL: `/` where it has none."""
    return urlsplit(line(url)).path or "/"


def scheme_of(url: object) -> str:
    """Of a URL: `http`, mostly."""
    return urlsplit(line(url)).scheme


def channel_of(arguments: object) -> str:
    """The first of arguments with commas, as the device number in `0.0.0200,ro`."""
    return line(arguments).partition(",")[0]


def _plain(found: object) -> str | list[object]:
    return list(found) if isinstance(found, tuple | set | frozenset) else str(found)


FILTERS: Final[Mapping[str, Callable[[Any], str]]] = MappingProxyType(
    {
        "word": word,
        "line": line,
        "shell": shell,
        "json": as_json,
        "script": script,
        "base64": base64_of,
        "data_url": data_url,
        "host_of": host_of,
        "path_of": path_of,
        "scheme_of": scheme_of,
        "channel_of": channel_of,
    }
)
"""By the name that templates use."""
