"""What the log says of the exports that a running daemon makes."""

from collections.abc import Iterable
from pathlib import Path

import structlog

from netipl.errors import NetiplError
from netipl.provisioning.difference import Step
from netipl.provisioning.export import LeftOut
from netipl.store import exports
from netipl.store.export_directory import FileChange

_log = structlog.get_logger("netipl")


def exported(root: Path, steps: Iterable[FileChange], left_out: Iterable[LeftOut]) -> None:
    """What was done in `root`, and for whom nothing."""
    done = list(steps)
    _log.info("exported", directory=str(root), **{step.value: count for step, count in exports.counted(done).items()})
    for change in done:
        if change.step is Step.LEAVE:
            _log.warning(
                "a file is left as it is", file=str(root / change.name), reason=change.why, remedy=change.remedy
            )
    for each in left_out:
        _log.warning("a guest is not exported", guest=each.name, reason=each.reason, remedy=each.remedy)


def not_exported(root: Path, error: NetiplError) -> None:
    """Why it was not done."""
    _log.error("the export is not done", directory=str(root), reason=str(error), remedy=error.remedy)
