"""The `.treeinfo` of an install tree: its name, architecture, boot files and their sums.

Source: productmd, "Treeinfo file format" 1.0 to 1.2, and the sections from before it that lorax still writes.
"""

import configparser
from collections.abc import Mapping
from dataclasses import dataclass

from netipl.errors import WireError
from netipl.media import checksums
from netipl.media.recognition import Sum
from netipl.media.relative import relative


@dataclass(frozen=True, slots=True, kw_only=True)
class TreeInfo:
    """What netipl wants of it. `images` are paths by what they are (`kernel`, `initrd`), for `architecture`."""

    name: str
    version: str
    architecture: str
    images: Mapping[str, str]
    sums: Mapping[str, Sum]


def decode(data: bytes) -> TreeInfo:
    """Raises WireError."""
    parser = configparser.RawConfigParser(strict=False, comment_prefixes=("#", ";"), delimiters=("=",))
    parser.optionxform = str  # type: ignore[assignment, method-assign]  # paths keep their capital letters
    try:
        parser.read_string(data.decode())
    except (configparser.Error, UnicodeDecodeError) as error:
        raise WireError(f".treeinfo is no such file: {error}") from error

    def told(key: str, *sections: str) -> str:
        return next((found for section in sections if (found := parser.get(section, key, fallback=""))), "")

    architecture = told("arch", "tree", "general")
    version = told("version", "release", "product", "general")
    name = told("name", "release", "product") or told("family", "general")
    if not architecture or not version or not name:
        raise WireError(".treeinfo names no release, version and architecture")
    return TreeInfo(
        name=name,
        version=version,
        architecture=architecture,
        images={key: relative(path) for key, path in _section(parser, f"images-{architecture}").items()},
        sums={relative(path): _sum(text) for path, text in _section(parser, "checksums").items()},
    )


def _section(parser: configparser.RawConfigParser, name: str) -> dict[str, str]:
    return dict(parser.items(name)) if parser.has_section(name) else {}


def _sum(text: str) -> Sum:
    algorithm, _, digits = text.partition(":")
    return checksums.digest(digits.strip(), algorithm.strip())
