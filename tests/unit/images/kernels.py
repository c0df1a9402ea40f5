"""Small stand-ins for kernels, with a true parameter area."""

from netipl.images import kernel as facts


def kernel(
    *,
    size: int = 0x12345,
    maximum: int = 0x1000,
    built_in: bytes = b"root=/dev/ram0 ro",
    room: int | None = None,
    version: bytes = b"",
) -> bytes:
    """An image of `size` bytes that is never zero outside of its parameter area.

    It states `maximum` for its command line and has `room` for it; a `version` stands at 0x12000.
    """
    image = bytearray(b"K" * size)
    image[0x10000:0x10480] = bytes(0x480)
    image[facts.MAGIC_OFFSET : facts.MAGIC_OFFSET + 6] = facts.MAGIC
    image[0x10430:0x10438] = maximum.to_bytes(8, "big")
    area = (maximum or facts.OLD_MAXIMUM_COMMAND_LINE) if room is None else room
    if version:
        image[facts.VERSION_OFFSET : facts.VERSION_OFFSET + 8] = (0x12000).to_bytes(8, "big")
        image[0x12000 : 0x12001 + len(version)] = version + b"\0"
    image[0x10480 : 0x10480 + area] = built_in.ljust(area, b"\0")
    return bytes(image)
