"""How the guest goes on: by a re-IPL from the disk that was written, where the machine can, else by a plain reboot.

netipl then sends it to its disk. Source: Linux, Documentation/ABI/testing/sysfs-firmware-reipl and
arch/s390/kernel/ipl.c: `clear` is needed under QEMU's TCG, whose guest would end in a disabled wait without.
"""

import os
import subprocess
from pathlib import Path
from typing import Final

from netipl.answers.orders import Then
from netipl.payload.agent.reports import Log

_REIPL: Final = Path("firmware") / "reipl"
_PROGRAMS: Final = {Then.RE_IPL: "reboot", Then.REBOOT: "reboot", Then.POWER_OFF: "poweroff"}


def aim(number: str, sys: Path, log: Log) -> bool:
    """Let the next reboot be an IPL from the channel device of that number; whether the machine took that."""
    reipl = sys / _REIPL
    try:
        (reipl / "ccw" / "device").write_text(number)
        clear = reipl / "ccw" / "clear"
        if clear.exists():
            clear.write_text("1")
        (reipl / "reipl_type").write_text("ccw")
    except OSError as error:
        log.say(f"no re-IPL from {number or 'this disk'}: {error.strerror}; a plain reboot instead")
        return False
    log.say(f"re-IPL from {number}")
    return True


def leave(then: Then) -> None:
    """Sync, and end this system."""
    os.sync()
    subprocess.run([_PROGRAMS[then], "-f"], check=False)
