"""Where the firmware reads an .ins list otherwise than people and other loaders do: it knows no comments, for one.

Compares the tolerant reader (images/ins.py) with the firmware's (insfile.py), line for line.
"""

from collections.abc import Iterator

from netipl.firmware import insfile
from netipl.firmware.insfile import InsFile, NoSeparator
from netipl.firmware.limits import BOOT_FILE_CONFIGURATION
from netipl.images.ins import InsList
from netipl.wire import printable


def differences(data: bytes, tolerant: InsList) -> Iterator[str]:
    """One sentence each for how the firmware reads `data`, which `tolerant` is what is meant by it."""
    if len(data) > BOOT_FILE_CONFIGURATION:
        yield f"the firmware takes a list of {BOOT_FILE_CONFIGURATION} bytes, and starts one of {len(data)} as a kernel"
        return
    strict = insfile.parse(data)
    if strict is None:
        yield "the firmware refuses a list of a single line"
        return
    meant = [(part.name.encode("utf-8", "surrogateescape"), part.address) for part in tolerant.parts]
    read = [_read(step) for step in strict.steps]
    for number, (step, found) in enumerate(zip(strict.steps, read, strict=True)):
        if isinstance(step, NoSeparator):
            yield "the firmware ends the boot at a line without a space in it"
            return
        if number >= len(meant) or found != meant[number]:
            yield f"the firmware asks for {printable(step.name)!r} and loads it to {step.address:#x}, not as meant"
            return
    if len(read) < len(meant):
        yield f"the firmware sees only {len(read)} of {len(meant)} files"


def _read(step: InsFile | NoSeparator) -> tuple[bytes, int]:
    return (step.name, step.address) if isinstance(step, InsFile) else (b"", 0)
