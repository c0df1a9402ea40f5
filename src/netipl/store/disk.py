"""What a guest is given that is to boot its own disk: the re-IPL program, with the disk in its command line."""

from typing import Final

from netipl.ccw import DeviceNumber
from netipl.content import Content
from netipl.images import kernel, reipl
from netipl.provisioning.plan import Images
from netipl.store import files

_IDENTITY: Final = "reipl"
"""Stands for the program in the names of a tree."""


def images(program: Content, device: DeviceNumber | None) -> Images:
    """For the disk `device`, or the first that is found. Raises UnavailableError where the program cannot be read."""
    header = files.beginning(program, kernel.HEADER_SIZE)
    return Images(
        identity=_IDENTITY, kernel=program, header=header, initrd=None, append=reipl.command_line(device=device)
    )
