"""`netipl image reipl`: the boot file that sends a guest to its own disk."""

from typing import Annotated

import typer

from netipl.ccw import DeviceNumber
from netipl.cli.image import making
from netipl.images import reipl as image
from netipl.integrations import payload


def reipl(
    output: making.Output,
    device: Annotated[
        str | None,
        typer.Option("--device", metavar="0.S.DDDD", help="The disk, or the virtio-scsi adapter that it is on."),
    ] = None,
    wait: Annotated[
        int,
        typer.Option(
            "--wait",
            metavar="SECONDS",
            min=1,
            max=image.LONGEST_WAIT,
            help="Without a disk the guest goes back to the network after so long.",
        ),
    ] = 5,
) -> None:
    """Make the file that sends a guest from its network boot to its own disk.

    It is a kernel to every way of booting over the network, and needs no initrd. Without --device it takes the first
    virtio-blk disk that it finds, or else the first virtio-scsi adapter. A command line with reipl=0.S.DDDD or
    reipl.wait=SECONDS overrides what is in the file.
    """
    number = DeviceNumber.parse(device) if device is not None else None
    content = image.reipl(payload.reipl_program(), device=number, wait=wait)
    making.write(content, output)
    typer.echo(f"{output}: {content.size} bytes, to {number or 'the first disk that is found'}", err=True)
