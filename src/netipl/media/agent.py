"""The project's own agent, as `netipl agent build` writes it: `agent.json` beside a kernel and an initrd."""

import json
from typing import Final

from netipl.errors import WireError
from netipl.media import checksums
from netipl.media.architecture import OURS, demanded
from netipl.media.distribution import Distribution, Row
from netipl.media.medium import Family, Role
from netipl.media.recognition import Recognised
from netipl.media.relative import relative
from netipl.media.tree import Tree
from netipl.wire import printable

NAME: Final = "agent.json"
_TITLE: Final = "the netipl agent"
_TEXTS: Final = ("architecture", "kernel", "initrd", "version")

PARAMETERS: Final = (Row(text="netipl.orders={answers}orders.json"),)


def _recognise(tree: Tree) -> Recognised | None:
    data = tree.clue(NAME)
    if data is None:
        return None
    told = _decoded(data)
    demanded(told["architecture"], _TITLE)
    sums = {}
    for key in ("kernel", "initrd"):
        if text := told.get(f"{key}_sha256", ""):
            sums[relative(told[key])] = checksums.digest(text, "sha256")
    return Recognised(
        family=Family.AGENT,
        version=printable(told["version"], 40),
        title=f"netipl agent {printable(told['version'], 40)}",
        architecture=OURS,
        files=(
            tree.boot_file(Role.KERNEL, told["kernel"], sums, _TITLE),
            tree.boot_file(Role.INITRD, told["initrd"], sums, _TITLE),
        ),
    )


def _decoded(data: bytes) -> dict[str, str]:
    try:
        told = json.loads(data)
    except (ValueError, RecursionError) as error:
        raise WireError(f"{NAME} is no JSON") from error
    if not isinstance(told, dict) or not all(isinstance(told.get(key), str) for key in _TEXTS):
        raise WireError(f"{NAME} lacks one of {', '.join(_TEXTS)}")
    return {key: text for key, text in told.items() if isinstance(text, str)}


AGENT: Final = Distribution(
    family=Family.AGENT,
    what="the agent of netipl",
    looked_for=NAME,
    clues=(NAME,),
    recognise=_recognise,
    answers="orders.json",
    parameters=PARAMETERS,
)
