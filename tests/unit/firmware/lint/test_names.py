"""Which names are probed, which never, and what hides what."""

import pytest

from netipl.firmware.lint import names
from netipl.firmware.lint.finding import File, Kind, Target, Tree
from netipl.firmware.rules import RuleId

PREFIXED = Target(path_prefix=b"/hosts/z1-", configuration_file=b"my.cfg")


@pytest.mark.parametrize(
    ("last", "rule"),
    {
        "default": (b"default", None),
        "a UUID": (b"bbb4f52a-c2fa-4016-af72-c4ea0d422cbe", None),
        "a MAC": (b"01-52-54-00-13-33-0a", None),
        "an address": (b"C0A84C0F", None),
        "a part of an address": (b"C0A8", None),
        "digits": (b"10", None),
        "a UUID in upper case": (b"BBB4F52A-C2FA-4016-AF72-C4EA0D422CBE", RuleId.NAME_MISSPELLED),
        "a UUID without dashes": (b"bbb4f52ac2fa4016af72c4ea0d422cbe", RuleId.NAME_MISSPELLED),
        "a MAC in upper case": (b"01-52-54-00-13-33-0A", RuleId.NAME_MISSPELLED),
        "a MAC without its type": (b"52-54-00-13-33-0a", RuleId.NAME_MISSPELLED),
        "a MAC with colons": (b"52:54:00:13:33:0a", RuleId.NAME_MISSPELLED),
        "a MAC of another type": (b"20-52-54-00-13-33-0a", RuleId.NAME_MISSPELLED),
        "an address in lower case": (b"c0a84c0f", RuleId.NAME_MISSPELLED),
        "an address with dots": (b"192.168.76.15", RuleId.NAME_MISSPELLED),
        "Default": (b"Default", RuleId.NAME_MISSPELLED),
        "another name": (b"z1.cfg", RuleId.NAME_NOT_PROBED),
    }.values(),
)
def test_spelling(last: bytes, rule: RuleId | None) -> None:
    said = [each.rule for each in names.check_spelling(b"pxelinux.cfg/" + last, last, Target())]
    assert said == ([] if rule is None else [rule])


@pytest.mark.parametrize(
    ("name", "target", "last"),
    [
        (b"pxelinux.cfg/default", Target(), b"default"),
        (b"a/pxelinux.cfg/x", Target(), b"x"),
        (b"apxelinux.cfg/x", Target(), None),
        (b"pxelinux.cfg/a/x", Target(), None),
        (b"default", Target(), None),
        (b"hosts/z1-default", PREFIXED, b"default"),
        (b"hosts/z2-default", PREFIXED, None),
        (b"pxelinux.cfg/default", PREFIXED, None),
        (b"default", Target(path_prefix=b"/"), b"default"),
    ],
)
def test_where_the_firmware_probes(name: bytes, target: Target, last: bytes | None) -> None:
    assert names.probed(name, target) == last


def test_option_209_makes_any_name_one_that_is_asked_for() -> None:
    assert names.configuration_file(PREFIXED) == b"hosts/z1-my.cfg"
    assert names.configuration_file(Target(configuration_file=b"z1")) == b"pxelinux.cfg/z1"
    assert names.configuration_file(Target()) is None
    assert list(names.check_spelling(b"hosts/z1-my.cfg", b"my.cfg", PREFIXED)) == []


@pytest.mark.parametrize(
    ("prefix", "name", "rules"),
    [
        (b"a" * 220, b"", []),
        (b"a" * 221, b"", [RuleId.PREFIX_TOO_LONG]),
        (b"a" * 216, b"z" * 40, []),
        (b"a" * 217, b"z" * 40, [RuleId.NAME_TOO_LONG]),
    ],
)
def test_options(prefix: bytes, name: bytes, rules: list[RuleId]) -> None:
    target = Target(path_prefix=prefix, configuration_file=name or None)
    assert [each.rule for each in names.check_options(target)] == rules


@pytest.mark.parametrize(
    ("directory", "rules"),
    [
        (b"d" * 100 + b"/", []),
        (b"d" * 190 + b"/", [RuleId.FILE_NAME_TOO_LONG]),
        (b"d" * 206 + b"/", [RuleId.DIRECTORY_TOO_LONG]),
    ],
)
def test_lengths(directory: bytes, rules: list[RuleId]) -> None:
    said = names.check_length(directory + b"pxelinux.cfg/C0A8", b"C0A8", Target())
    assert [each.rule for each in said] == rules


def test_the_directory_must_be_one() -> None:
    tree = Tree({b"pxelinux.cfg": File(size=1), b"a/pxelinux.cfg": File(kind=Kind.DIRECTORY)})
    assert [(each.rule, each.file) for each in names.check_directory(tree, Target())] == [
        (RuleId.DIRECTORY_IS_FILE, b"pxelinux.cfg")
    ]


def test_a_boot_file_of_that_name_is_meant_to_be_one() -> None:
    tree = Tree({b"pxelinux.cfg": File(size=1, head=b"#")})
    assert not list(names.check_directory(tree, Target(boot_file=b"/pxelinux.cfg")))
    assert list(names.check_directory(tree, Target(boot_file=b"/")))


def test_a_broader_range_is_hidden_by_a_narrower_one_beside_it() -> None:
    found = [(b"p/" + last, last) for last in (b"C0", b"C0A8", b"C1", b"default")] + [(b"q/C0A84C0F", b"C0A84C0F")]
    assert [(each.file, each.message) for each in names.check_order(found)] == [
        (b"p/C0", "C0A8 comes first for guests in that range")
    ]
