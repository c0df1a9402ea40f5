"""Images and the contents that they are made of, for all inputs."""

import contextlib

from hypothesis import given
from hypothesis import strategies as st

from netipl.content import Content, Inline, Zeros, inline, read
from netipl.errors import WireError
from netipl.images import ins
from netipl.images import kernel as facts
from netipl.images.combined import combined
from netipl.images.ins import InsList, Part
from tests.unit.images.kernels import kernel

SEGMENTS = st.one_of(
    st.binary(max_size=20).map(lambda data: Inline(data=data)), st.integers(0, 20).map(lambda size: Zeros(length=size))
)
CONTENTS = st.lists(SEGMENTS, max_size=6).map(lambda segments: Content(tuple(segments)))
NAMES = st.from_regex(r"[!-)+-~][!-~]{0,40}", fullmatch=True)
PARTS = st.builds(lambda name, address: Part(name=name, address=address), NAMES, st.integers(0, 2**64 - 1))
COMMENTS = st.text(st.characters(exclude_characters="\r\n", exclude_categories=["Cs"]), max_size=40)
LISTS = st.builds(
    lambda comment, parts: InsList(comment=comment, parts=tuple(parts)), COMMENTS, st.lists(PARTS, max_size=5)
)


def everything(content: Content) -> bytes:
    return b"".join(read(content))


@given(CONTENTS, st.integers(0, 130), st.none() | st.integers(0, 130))
def test_a_part_of_a_content_is_that_slice_of_its_bytes(content: Content, start: int, stop: int | None) -> None:
    assert everything(content.part(start, stop)) == everything(content)[start:stop]


@given(LISTS)
def test_an_ins_list_survives_encoding(listed: InsList) -> None:
    assert ins.decode(ins.encode(listed)) == listed


@given(LISTS, st.data())
def test_a_truncated_ins_list_raises_only_the_wire_error(listed: InsList, data: st.DataObject) -> None:
    encoded = ins.encode(listed)
    with contextlib.suppress(WireError):
        ins.decode(encoded[: data.draw(st.integers(0, len(encoded)))])


@given(st.binary(max_size=200).map(lambda tail: ins.MAGIC + tail) | st.binary(max_size=200))
def test_garbage_raises_only_the_wire_error(data: bytes) -> None:
    for decode in (ins.decode, facts.decode):
        with contextlib.suppress(WireError):
            decode(data)


@given(
    size=st.integers(0x11480, 0x12480),
    initrd=st.none() | st.binary(max_size=30),
    append=st.none() | st.text(st.characters(exclude_characters="\0", exclude_categories=["Cs"]), max_size=500),
)
def test_a_combined_image_is_the_kernel_but_for_what_is_asked(
    size: int, initrd: bytes | None, append: str | None
) -> None:
    given_kernel = kernel(size=size)
    expected = bytearray(given_kernel.ljust(size + -size % 4096, b"\0"))
    if initrd is not None:
        expected[0x10408:0x10418] = len(expected).to_bytes(8, "big") + len(initrd).to_bytes(8, "big")
        expected += initrd
    if append is not None:
        expected[0x10480:0x11480] = append.encode().ljust(0x1000, b"\0")
    image = combined(
        kernel=inline(given_kernel),
        header=given_kernel[: facts.HEADER_SIZE],
        initrd=None if initrd is None else inline(initrd),
        append=append,
    )
    assert everything(image) == expected
