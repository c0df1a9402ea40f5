"""Images and the contents that they are made of, for all inputs."""

import contextlib
from itertools import pairwise

from hypothesis import given
from hypothesis import strategies as st

from netipl.content import Content, Inline, Zeros, inline, read
from netipl.errors import UsageError, WireError
from netipl.images import cpio, executables, ins, ins_layout, kinds, lz4, secure_execution
from netipl.images import kernel as facts
from netipl.images.combined import combined
from netipl.images.compression import Method
from netipl.images.cpio_members import Member
from netipl.images.initrd import Initrd, InitrdReader
from netipl.images.ins import InsList, Part
from netipl.images.ins_layout import Placed
from netipl.images.kernel_version import version_in
from netipl.images.overlay import Addition, Tree, appended
from tests.unit.images.archives import PACKERS, aligned
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
    for decode in (ins.decode, facts.decode, secure_execution.decode, lz4.unpacked):
        with contextlib.suppress(WireError):
            decode(data)
    for look in (kinds.named, executables.elf, executables.efi, executables.bzimage_version, version_in):
        look(data)


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
        append=None if append is None else append.encode(),
    )
    assert everything(image) == expected


PATHS = st.lists(
    st.text("abc.", min_size=1, max_size=3).filter(lambda part: part not in {".", ".."}), min_size=1, max_size=3
)
DATA = st.binary(max_size=50)
FILES = st.dictionaries(PATHS.map("/".join), DATA, max_size=6)
MAGICS = st.sampled_from(
    [b"070701", b"\x1f\x8b\x08", b"\xfd7zXZ\0", b"BZh9", b"\x28\xb5\x2f\xfd", lz4.MAGIC, b"\x5d\0\0"]
)


def surveyed(data: bytes, cuts: list[int]) -> tuple[Initrd, list[Member]]:
    """Fed in the pieces that `cuts` make."""
    members: list[Member] = []
    reader = InitrdReader(members.append)
    places = [0, *sorted(cut % (len(data) + 1) for cut in cuts), len(data)]
    for start, stop in pairwise(places):
        reader.feed(data[start:stop])
    return reader.end(), members


@given(
    FILES,
    st.lists(st.none() | st.sampled_from(list(PACKERS)), max_size=3),
    st.lists(st.integers(0, 10_000), max_size=5),
)
def test_an_initrd_tells_what_was_packed_whatever_pieces_it_comes_in(
    files: dict[str, bytes], methods: list[Method | None], cuts: list[int]
) -> None:
    archive = cpio.encode([cpio.file(name, data) for name, data in files.items()])
    found, members = surveyed(
        b"".join(aligned(archive if method is None else PACKERS[method](archive)) for method in methods), cuts
    )
    assert found.fault == ""
    assert [(each.name.decode(), each.size) for each in members] == len(methods) * [
        (name, len(data)) for name, data in files.items()
    ]


@given(
    st.tuples(MAGICS | st.just(b""), st.binary(max_size=300)).map(b"".join), st.lists(st.integers(0, 300), max_size=3)
)
def test_garbage_in_an_initrd_is_at_most_a_fault_whatever_pieces_it_comes_in(data: bytes, cuts: list[int]) -> None:
    assert bool(surveyed(data, cuts)[0].fault) == bool(surveyed(data, [])[0].fault)


@given(FILES, FILES, st.integers(0, 3))
def test_an_overlay_wins_over_what_was_there(files: dict[str, bytes], added: dict[str, bytes], odd: int) -> None:
    vendor = cpio.encode([cpio.file(name, data) for name, data in files.items()]) + bytes(odd)
    additions = [
        Addition(entry=cpio.Entry(name=name, mode=0o100644), data=inline(data)) for name, data in added.items()
    ]
    with contextlib.suppress(UsageError):  # one name is a directory of another
        made = everything(appended(inline(vendor), additions, Tree()))
        found, members = surveyed(made, [])
        assert (found.fault, made[: len(vendor)]) == ("", vendor)
        sizes = {member.name.decode(): member.size for member in members if member.mode == 0o100644}
        assert sizes == {name: len(data) for name, data in {**files, **added}.items()}


@given(
    append=st.binary(max_size=200).filter(lambda data: b"\0" not in data),
    initrd=st.none() | st.binary(min_size=1, max_size=50),
)
def test_a_list_that_was_built_becomes_the_combined_image_of_its_parts(append: bytes, initrd: bytes | None) -> None:
    image = kernel()
    content = None if initrd is None else inline(initrd)
    tree = ins.build(
        name="list",
        kernel=("kernel", inline(image)),
        header=image,
        initrd=None if content is None else ("initrd", content),
        append=append,
        directory="",
    )
    parts = [
        Placed(
            name=part.name,
            address=part.address,
            size=tree[part.name].size,
            head=everything(tree[part.name])[:0x10480],
            content=tree[part.name],
        )
        for part in ins.decode(everything(tree["list"])).parts
    ]
    expected = combined(kernel=inline(image), header=image, initrd=content, append=append)
    assert everything(ins_layout.reassembled(parts)) == everything(expected)
