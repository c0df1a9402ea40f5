"""All rules of the firmware as one table, for everybody who needs it: model, console, lint and causes of failed boots.

The rows lie in netipl.firmware.rulebook, by subject. The model prints their words, others find a rule by them or by
its identifier.
"""

from collections.abc import Mapping
from types import MappingProxyType
from typing import Final

from netipl.firmware.rulebook import boot, boot_file, configuration, files, names, network, transfer
from netipl.firmware.rulebook.rule import Rule, RuleId, Severity

__all__ = ["RULES", "SUBJECTS", "Rule", "RuleId", "Severity"]

SUBJECTS: Final[Mapping[str, tuple[Rule, ...]]] = MappingProxyType(
    {
        "The configuration": configuration.ROWS,
        "Names that are probed": names.ROWS,
        "The boot file": boot_file.ROWS,
        "Kernel, initrd and memory": files.ROWS,
        "The transfer": transfer.ROWS,
        "The network": network.ROWS,
        "A boot, as its server sees it": boot.ROWS,
    }
)
"""In the order that people look for them."""

RULES: Final[Mapping[RuleId, Rule]] = MappingProxyType({rule.id: rule for rows in SUBJECTS.values() for rule in rows})
