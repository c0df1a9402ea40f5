"""An archive of Debian's packages that the agent installs: `packages.json`, as `netipl agent packages` writes it."""

import json
import re
from typing import Any, Final

from netipl.errors import WireError
from netipl.media import checksums
from netipl.media.architecture import OURS, demanded
from netipl.media.distribution import Distribution, Level, Row
from netipl.media.medium import Family, Role
from netipl.media.recognition import Recognised
from netipl.media.relative import relative
from netipl.media.tree import Tree
from netipl.wire import printable

NAME: Final = "packages.json"
_TEXTS: Final = ("architecture", "version", "archive", "sha256")
_PACKAGE: Final = re.compile(r"[a-z0-9][a-z0-9+.-]+")
"""Source: Debian Policy, 5.6.7."""

PARAMETERS: Final = (Row(text=""),)
"""The agent has its own; this medium boots nothing."""
LEVELS: Final = (Level(machine="z10EC", source="its kernel 6.1, which asks a z900 for facilities 34 and 35"),)


def _recognise(tree: Tree) -> Recognised | None:
    data = tree.clue(NAME)
    if data is None:
        return None
    told, packages = _decoded(data)
    title = f"Debian {printable(told['version'], 40)}"
    demanded(told["architecture"], title)
    archive = relative(told["archive"])
    return Recognised(
        family=Family.DEBIAN_PACKAGES,
        version=printable(told["version"], 40),
        title=f"{title}, {len(packages)} packages",
        architecture=OURS,
        files=(tree.boot_file(Role.PACKAGES, archive, {archive: checksums.digest(told["sha256"], "sha256")}, title),),
        level=LEVELS[0].machine,
        packages=packages,
    )


def _decoded(data: bytes) -> tuple[dict[str, str], tuple[str, ...]]:
    """Texts and names of packages. Raises WireError."""
    try:
        told: Any = json.loads(data)  # Any: JSON
    except (ValueError, RecursionError) as error:
        raise WireError(f"{NAME} is no JSON") from error
    if not isinstance(told, dict) or not all(isinstance(told.get(key), str) for key in _TEXTS):
        raise WireError(f"{NAME} lacks one of {', '.join(_TEXTS)}")
    names = told.get("packages")
    if not isinstance(names, list) or not all(isinstance(name, str) and _PACKAGE.fullmatch(name) for name in names):
        raise WireError(f"{NAME}: packages is no list of names")
    return {key: told[key] for key in _TEXTS}, tuple(names)


DEBIAN_PACKAGES: Final = Distribution(
    family=Family.DEBIAN_PACKAGES,
    what="Debian without its installer",
    looked_for=NAME,
    clues=(NAME,),
    recognise=_recognise,
    answers="",
    parameters=PARAMETERS,
    levels=LEVELS,
)
