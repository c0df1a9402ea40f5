"""Rules of the names under which the firmware looks for configurations.

Source: SLOF lib/libnet/pxelinux.c (C), tests/e2e (M).
"""

from typing import Final

from netipl.firmware.rulebook.rule import BOTH, CONFIGURATIONS, PXELINUX, Rule, RuleId, Severity

ROWS: Final = (
    Rule(
        id=RuleId.PREFIX_TOO_LONG,
        severity=Severity.ERROR,
        limit=220,
        first=CONFIGURATIONS,
        words="Error: pxelinux prefix is too long!",
        effect="asks for no configuration, and the boot ends",
        remedy="shorten option 210",
        measured=BOTH,
        source=PXELINUX,
    ),
    Rule(
        id=RuleId.NAME_TOO_LONG,
        severity=Severity.ERROR,
        limit=256,
        first=CONFIGURATIONS,
        words="Error: pxelinux.cfg prefix + filename too long!",
        effect="asks for no configuration, and the boot ends",
        remedy="shorten options 209 and 210",
        measured=BOTH,
        source=PXELINUX,
    ),
    Rule(
        id=RuleId.DIRECTORY_TOO_LONG,
        severity=Severity.ERROR,
        limit=206,
        first=CONFIGURATIONS,
        words="Error: The bootfile string is too long for deriving the pxelinux.cfg file name from it.",
        effect="asks for no configuration, and the boot ends",
        remedy="shorten the directory of the boot file",
        measured=BOTH,
        source=PXELINUX,
    ),
    Rule(
        id=RuleId.NAME_MISSPELLED,
        severity=Severity.ERROR,
        first=CONFIGURATIONS,
        shows=(RuleId.LOAD_FAILED,),
        effect="never asks for this name, and takes a broader one or none",
        remedy="write UUID and MAC in lower case, `01-` before the MAC, and the address in upper case",
        measured=BOTH,
        source=PXELINUX,
    ),
    Rule(
        id=RuleId.NAME_NOT_PROBED,
        severity=Severity.NOTE,
        first=CONFIGURATIONS,
        shows=(RuleId.LOAD_FAILED,),
        effect="asks for this name only where option 209 says it",
        remedy="send option 209, or give it the name of a UUID, a MAC, an address or `default`",
        measured=BOTH,
        source=PXELINUX,
    ),
    Rule(
        id=RuleId.NAME_SHADOWED,
        severity=Severity.NOTE,
        first=CONFIGURATIONS,
        effect="takes the first name that is there, and never looks at the broader one",
        remedy="make sure that guests in the narrower range need nothing of the broader file",
        measured=BOTH,
        source=PXELINUX,
    ),
    Rule(
        id=RuleId.DIRECTORY_IS_FILE,
        severity=Severity.ERROR,
        first=CONFIGURATIONS,
        shows=(RuleId.LOAD_FAILED,),
        effect="finds no configuration, since all probed names begin with `pxelinux.cfg/`",
        remedy="make pxelinux.cfg a directory, and this file its `default`",
        measured=BOTH,
        source=PXELINUX,
    ),
)
