"""One image of kernel, initrd and command line, as the firmware loads it to address 0 and starts it.

Byte for byte what mk-s390image of s390-tools makes; but a content, so that nothing is copied but the parameter area.
"""

from netipl.content import Content, inline
from netipl.images import kernel as facts


def combined(*, kernel: Content, header: bytes, initrd: Content | None = None, append: bytes | None = None) -> Content:
    """`kernel` (its first bytes, at least `facts.HEADER_SIZE`, in `header`), padded to a page, then `initrd`.

    Without `append` the command line that the kernel was built with stays. Raises UsageError for what is no kernel and
    for a command line that it does not take.
    """
    found = facts.checked(header, kernel.size)
    area = bytearray(header[: facts.COMMAND_LINE_OFFSET])
    if initrd is not None:
        location = facts.initrd_location(facts.initrd_address(kernel.size), initrd.size)
        area[facts.INITRD_ADDRESS_OFFSET : facts.INITRD_ADDRESS_OFFSET + len(location)] = location
    image = inline(bytes(area))
    if append is not None:
        image += facts.command_line(found, append)
    image = (image + kernel.part(image.size)).padded(facts.PAGE)
    return image if initrd is None else image + initrd
