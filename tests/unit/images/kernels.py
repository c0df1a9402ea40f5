"""Small stand-ins for kernels, with a true parameter area."""

from netipl.images import kernel as facts


def kernel(*, size: int = 0x12345, maximum: int = 0x1000, built_in: bytes = b"root=/dev/ram0 ro") -> bytes:
    """An image of `size` bytes that is never zero outside of its parameter area."""
    image = bytearray(b"K" * size)
    image[0x10000:0x10480] = bytes(0x480)
    image[facts.MAGIC_OFFSET : facts.MAGIC_OFFSET + 6] = facts.MAGIC
    image[0x10430:0x10438] = maximum.to_bytes(8, "big")
    area = maximum or facts.OLD_MAXIMUM_COMMAND_LINE
    image[0x10480 : 0x10480 + area] = built_in.ljust(area, b"\0")
    return bytes(image)
