from pathlib import Path

import pytest

from netipl.content import Content, FileRange, Inline, Zeros, inline, read
from netipl.errors import UsageError
from netipl.images import kernel as facts
from netipl.images.combined import combined
from tests.unit.images.kernels import kernel

KERNEL = kernel(size=0x12345)


def made(image: bytes, initrd: bytes | None = None, append: str | None = None) -> bytes:
    content = combined(
        kernel=inline(image),
        header=image[: facts.HEADER_SIZE],
        initrd=None if initrd is None else inline(initrd),
        append=None if append is None else append.encode(),
    )
    return b"".join(read(content))


def test_alone_a_kernel_is_only_padded_to_a_page() -> None:
    assert made(KERNEL) == KERNEL.ljust(0x13000, b"\0")


def test_an_initrd_follows_on_its_page_and_is_announced() -> None:
    image = made(KERNEL, initrd=b"I" * 5)
    assert image[0x13000:] == b"IIIII"
    assert image[0x10408:0x10418] == (0x13000).to_bytes(8, "big") + (5).to_bytes(8, "big")
    assert image[0x10480:0x12345] == KERNEL[0x10480:]


def test_a_command_line_replaces_the_whole_of_the_old_one() -> None:
    image = made(KERNEL, append="quiet")
    assert image[0x10480:0x11480] == b"quiet".ljust(0x1000, b"\0")
    assert (image[:0x10480], image[0x11480:0x12345]) == (KERNEL[:0x10480], KERNEL[0x11480:])


def test_an_empty_command_line_clears_and_none_keeps_the_built_in_one() -> None:
    assert made(KERNEL, append="")[0x10480:0x11480] == bytes(0x1000)
    assert made(KERNEL)[0x10480:0x11480] == KERNEL[0x10480:0x11480]


def test_an_old_kernel_has_896_bytes_replaced() -> None:
    old = kernel(maximum=0)
    image = made(old, append="x" * 896)
    assert image[0x10480:0x10801] == b"x" * 896 + b"K"
    with pytest.raises(UsageError, match="takes 896"):
        made(old, append="x" * 897)


def test_what_is_no_kernel_is_refused() -> None:
    with pytest.raises(UsageError, match="no raw s390x kernel image"):
        made(b"\x7fELF".ljust(0x20000, b"\0"))


def test_files_are_ranges_and_only_the_parameter_area_is_held(tmp_path: Path) -> None:
    path = tmp_path / "absent"
    image = combined(
        kernel=Content((FileRange(path=path, length=0x12345),)),
        header=KERNEL[: facts.HEADER_SIZE],
        initrd=Content((FileRange(path=path, length=7),)),
        append=b"quiet",
    )
    held, line, zeros, rest, padding, initrd = image.segments
    assert isinstance(held, Inline)
    assert held.length == 0x10480
    assert (line, zeros) == (Inline(data=b"quiet"), Zeros(length=0x1000 - 5))
    assert rest == FileRange(path=path, offset=0x11480, length=0x12345 - 0x11480)
    assert padding == Zeros(length=0xCBB)
    assert initrd == FileRange(path=path, length=7)


def test_a_kernel_that_claims_an_enormous_maximum_takes_no_memory(tmp_path: Path) -> None:
    enormous = Content((FileRange(path=tmp_path / "absent", length=1 << 50),))
    header = kernel(maximum=1 << 40, built_in=b"", room=0)[: facts.HEADER_SIZE]
    image = combined(kernel=enormous, header=header, append=b"quiet")
    assert image.size == 1 << 50
