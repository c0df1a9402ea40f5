"""Lint and the firmware model judge the same files: what lint lets pass boots as written, and what it says ends does.

The intended boot is read by a few lines of this file, which know nothing of the firmware.
"""

from dataclasses import dataclass

from hypothesis import given, settings
from hypothesis import strategies as st

from netipl.firmware.kernel import Started
from netipl.firmware.lint.finding import File, Target
from netipl.firmware.lint.tree import Use, lint, lint_file
from netipl.firmware.netboot import Finished, Machine, Verdict
from netipl.firmware.rules import RuleId, Severity
from netipl.firmware.versions import Version
from netipl.net import Mac
from tests.real_firmware import fake_kernel
from tests.scripted_network import Script, run_model

FILES = {
    b"k1": fake_kernel(),
    b"k2": fake_kernel(0x10020),
    b"text": b"this is a text and no kernel",
    b"i1": b"1" * 100,
    b"i2": b"2" * 200,
}
DEFAULT = b"pxelinux.cfg/default"
VERSIONS = st.sampled_from([Version(3, 0), Version(7, 2), Version(8, 1), Version(10, 0), Version(11, 1)])
BLANKS = st.sampled_from([b" "] * 6 + [b"  ", b"\t", b" \t"])
ENDS = st.sampled_from([b"\n", b"\n", b"\r\n", b" \n", b"\n\n", b"\n# x\n"])


def mostly(good: list[bytes], bad: list[bytes]) -> st.SearchStrategy[bytes]:
    """A bad one in about a tenth of the cases."""
    return st.sampled_from(good * (9 * len(bad) // len(good) + 1) + bad)


ARGUMENTS = {
    b"label": st.sampled_from([b"a", b"b", b"c"]),
    b"default": mostly([b"a", b"b"], [b"c", b"d"]),
    b"kernel": mostly([b"k1", b"k2"], [b"text", b"none", b"K1"]),
    b"initrd": mostly([b"i1", b"i2"], [b"none", b"i1,i2"]),
    b"append": mostly([b"x", b"x y", b"initrd=i1"], [b"z" * 896]),
    b"timeout": st.just(b"50"),
    b"": st.just(b""),
}
ENDS_THE_BOOT = {
    RuleId.FILE_MISSING,
    RuleId.FILE_CASE_DIFFERS,
    RuleId.KERNEL_IS_NONE,
    RuleId.KERNEL_MISSING,
    RuleId.INITRD_MISSING,
    RuleId.INITRD_LIST,
    RuleId.NO_LABEL,
}


@st.composite
def lines(draw: st.DrawFn, keyword: bytes) -> bytes:
    word = draw(st.sampled_from([keyword, keyword.upper()]))
    return draw(st.sampled_from([b"", b"  ", b"\t"])) + word + draw(BLANKS) + draw(ARGUMENTS[keyword]) + draw(ENDS)


@st.composite
def labels(draw: st.DrawFn) -> bytes:
    keywords = draw(st.permutations([b"kernel", b"initrd", b"append"]))
    kept = keywords[: draw(st.sampled_from([3] * 8 + [2]))]
    return draw(lines(b"label")) + b"".join(draw(lines(keyword)) for keyword in kept)


CONFIGURATIONS = st.builds(
    lambda first, middle, last: b"".join([*first, *middle, *last]),
    st.lists(lines(b"default") | lines(b"timeout"), max_size=2),
    st.lists(labels(), max_size=4),
    st.lists(lines(b"default") | lines(b""), max_size=1),
)


@dataclass(frozen=True)
class Boot:
    kernel: bytes | None
    initrd: bytes | None
    append: bytes | None


def intended(text: bytes) -> Boot | None:
    """What a person means: the label that `default` names wherever it stands, or the first; the last line counts."""
    default = None
    found: list[tuple[bytes, dict[bytes, bytes]]] = []
    for line in text.split(b"\n"):
        keyword, *rest = line.split(maxsplit=1)[:2] or [b""]
        argument = b"".join(rest).strip()
        if keyword.lower() == b"default":
            default = argument
        elif keyword.lower() == b"label":
            found.append((argument, {}))
        elif found and not keyword.startswith(b"#"):
            found[-1][1][keyword.lower()] = argument
    if not found:
        return None
    lines_of = next((each for name, each in reversed(found) if name == default), found[0][1])
    return Boot(*(lines_of.get(keyword) for keyword in (b"kernel", b"initrd", b"append")))


def booted(text: bytes, version: Version) -> Finished:
    machine = Machine(mac=Mac.parse("52:54:00:13:33:0a"), xid=5, version=version)
    finished = run_model(machine, Script(tree={**FILES, DEFAULT: text})).finished
    assert finished is not None
    return finished


def files(text: bytes) -> dict[bytes, File]:
    return {name: File(size=len(data), head=data) for name, data in {**FILES, DEFAULT: text}.items()}


@settings(max_examples=200, deadline=None)
@given(CONFIGURATIONS, VERSIONS)
def test_what_lint_lets_pass_boots_as_it_is_meant(text: bytes, version: Version) -> None:
    found = lint(files(text), Target(version=version))
    if any(finding.severity is Severity.ERROR or finding.rule is RuleId.CONFIGURATION_EMPTY for finding in found):
        return
    finished, meant = booted(text, version), intended(text)
    assert meant is not None
    assert (finished.verdict, finished.started) == (Verdict.KERNEL, Started.LINUX)
    assert [file.name for file in finished.files[1:]] == [name for name in (meant.kernel, meant.initrd) if name]
    assert finished.command_line == meant.append


@settings(max_examples=200, deadline=None)
@given(CONFIGURATIONS, VERSIONS)
def test_what_lint_says_ends_the_boot_of_the_only_label_does(text: bytes, version: Version) -> None:
    found = lint(files(text), Target(version=version))
    ending = {finding.rule for finding in found if finding.severity is Severity.ERROR} & ENDS_THE_BOOT
    if not ending or text.lower().count(b"label") > 1:
        return
    finished = booted(text, version)
    assert (finished.verdict, finished.started) != (Verdict.KERNEL, Started.LINUX)


@settings(deadline=None)
@given(
    st.binary(max_size=400) | st.binary(max_size=200).map(lambda data: b"* " + data),
    st.sampled_from([b"a", b"pxelinux.cfg/default", b"pxelinux.cfg/C0A8", b"x.ins", b"pxelinux.cfg"]),
    st.none() | VERSIONS | st.sampled_from([Version(2, 9), Version(2, 10), Version(2, 12)]),
    st.integers(1, 4096),
)
def test_no_bytes_make_lint_fail(data: bytes, name: bytes, version: Version | None, memory: int) -> None:
    target = Target(version=version, memory=memory << 20)
    file = File(size=len(data), head=data)
    for use in Use:
        lint_file(name, file, use, {name: file}, target)
        lint_file(name, File(size=len(data), head=None), use, None, target)
    for finding in lint({name: file, data[:20]: file}, target):
        assert finding.message
        assert finding.line >= 0
