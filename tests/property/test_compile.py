"""Whatever comes in: nothing fails, and what comes out lints clean and is read by the firmware as it was meant."""

from hypothesis import given, settings
from hypothesis import strategies as st

from netipl.firmware import configuration
from netipl.firmware.compile import compiled
from netipl.firmware.lint.finding import File, Target
from netipl.firmware.lint.tree import Use, lint_file
from netipl.firmware.rules import Severity
from netipl.firmware.versions import Version

WORDS = st.sampled_from(
    b"a b c -  initrd=i initrd=i,j x=1 k ::k http://s/k chain.c32 0 2 50 help default include f title".split(b" ")
)
KEYWORDS = st.sampled_from(
    b"label label kernel kernel linux initrd initrd append append default ontimeout menu ui prompt timeout include"
    b" ipappend localboot text endtext say # totaltimeout com32 \t".split(b" ")
)
LINES = st.builds(
    lambda keyword, words, blank, end: keyword + blank + blank.join(words) + end,
    KEYWORDS | KEYWORDS.map(bytes.upper),
    st.lists(WORDS | st.binary(max_size=6), max_size=3),
    st.sampled_from([b" ", b"\t", b"  "]),
    st.sampled_from([b"\n", b"\r\n", b" \n", b"\r"]),
)
GOOD = st.builds(
    lambda name, words: b"label %s\nkernel k\ninitrd i\nappend %s\n" % (name, b" ".join(words)),
    st.sampled_from([b"a", b"b", b"c", b"#d", b"e f"]),
    st.lists(WORDS, max_size=3),
)
TEXTS = st.lists(LINES | GOOD, max_size=12).map(b"".join) | st.binary(max_size=300)
VERSIONS = st.sampled_from([Version(3, 0), Version(7, 2), Version(10, 0), Version(11, 1)])


@settings(max_examples=400, deadline=None)
@given(TEXTS, TEXTS, VERSIONS, st.sampled_from(Use))
def test_what_comes_out_lints_clean_and_is_read_as_meant(text: bytes, other: bytes, version: Version, use: Use) -> None:
    target = Target(version=version)
    result = compiled(text, target, use=use, files={b"f": other})
    failed = any(remark.severity is Severity.ERROR for remark in result.remarks)
    assert failed is (result.text is None)
    if result.text is None:
        return
    assert lint_file(b"f", File(size=len(result.text), head=result.text), use, None, target) == ()
    read = configuration.parse(result.text, target.limits, boot_file=use is Use.BOOT_FILE)
    assert (tuple(read.entries), read.default, read.messages) == (result.entries, 0, [])
    assert all(entry.kernel and entry.initrd and entry.append for entry in result.entries)


@settings(deadline=None)
@given(st.lists(GOOD, min_size=1, max_size=3).map(b"".join), VERSIONS)
def test_compiling_again_changes_nothing(text: bytes, version: Version) -> None:
    """But for an `append -`: a dash for the firmware's kernel, and no parameters at all for syslinux."""
    target = Target(version=version)
    once = compiled(text, target)
    if once.text is not None and all(entry.append != b"-" for entry in once.entries):
        assert compiled(once.text, target).text == once.text
