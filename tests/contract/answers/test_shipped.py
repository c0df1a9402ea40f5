"""Every shipped template, for every version, with the least and with all that can be chosen, and with hostile texts.

What is made is compared with tests/vectors/answers, which was read by people; `python -m tests.contract.answers.renew`
writes it anew.
"""

import base64
import json
import re
import shlex
from collections.abc import Iterator, Mapping
from dataclasses import replace
from xml.etree import ElementTree as ET

import pytest
import yaml

from netipl.answers import overlay, render
from netipl.answers.choices import Choices, Layout, User
from netipl.answers.facts import Facts
from netipl.answers.kind import Kind
from netipl.answers.validation import findings
from netipl.errors import UsageError
from netipl.store import templates
from tests.contract.answers import renew
from tests.contract.answers.installers import INSTALLERS, Installer
from tests.unit.answers.cases import KEY, LEAST

SHIPPED = templates.shipped()

HOSTILE_KEY = f'{KEY.rpartition(" ")[0]} it\'s "q" $(reboot) `id` %end </source> --> {{{{ 7 * 7 }}}} \\ # & é'
HOSTILE_SCRIPTS = (
    "%end\n%post\nreboot\n",
    "cat <<'EOF'\n</source>]]>-->\nEOF\n",
    "echo '\"'; echo $(id) `id` \\\n",
    "echo {{ 7 * 7 }} {% raw %} ${HOME}\n",
    "#!/usr/bin/python3\nprint('é')\n",
)

every_installer = pytest.mark.parametrize("installer", INSTALLERS, ids=str)


def _made(kind: Kind, facts: Facts) -> Mapping[str, str]:
    """The texts of what is made; of an archive, its members."""
    made = render.files(kind, SHIPPED, facts)
    if kind is Kind.ALPINE:
        (packed,) = made.values()
        made = overlay.members(packed)
    return {name: contents.decode() for name, contents in made.items()}


@every_installer
def test_nothing_is_wrong_with_the_least_and_with_all(installer: Installer) -> None:
    for facts in (installer.least(), installer.full()):
        assert findings(installer.kind, render.files(installer.kind, SHIPPED, facts)) == []


@pytest.mark.parametrize("name", sorted(renew.expected()))
def test_what_is_made_is_what_was_read_by_people(name: str) -> None:
    assert renew.made()[name] == renew.expected()[name]


def test_all_that_is_made_was_read_by_people() -> None:
    assert set(renew.made()) == set(renew.expected())


@every_installer
def test_both_layouts_are_there_or_refused(installer: Installer) -> None:
    texts = set()
    for layout in Layout:
        facts = replace(installer.least(), choices=Choices(layout=layout))
        if installer.kind is Kind.IGNITION and layout is Layout.LVM:
            with pytest.raises(UsageError, match="layout: CoreOS has its own"):
                _made(installer.kind, facts)
        else:
            texts.add(str(_made(installer.kind, facts)))
    assert len(texts) == (1 if installer.kind is Kind.IGNITION else 2)


@every_installer
def test_it_calls_back_three_times_and_reboots(installer: Installer) -> None:
    text = "".join(_said(installer.kind, _made(installer.kind, installer.least())))
    has_no_hook = installer.kind is Kind.KICKSTART and installer.version.startswith("7.")
    for word in ("started", "done", *(() if has_no_hook else ("failed",))):
        assert re.search(rf"(callback/netipl_TOKEN|callback|\$1)/{word}\b", text), word
    if installer.kind is not Kind.AUTOYAST and installer.kind is not Kind.AGAMA:  # which reboot unless told otherwise
        assert "reboot" in text


@every_installer
def test_hostile_texts_stay_in_their_place(installer: Installer) -> None:
    harmless = Choices(
        root_ssh_keys=(KEY,), users=(User(name="ann", ssh_keys=(KEY,)),), scripts=("true\n",) * len(HOSTILE_SCRIPTS)
    )
    hostile = replace(
        harmless,
        root_ssh_keys=(HOSTILE_KEY,),
        users=(User(name="ann", ssh_keys=(HOSTILE_KEY,)),),
        scripts=HOSTILE_SCRIPTS,
        variables=(("registration_code", f"x{HOSTILE_KEY}"),),
    )
    if installer.kind is Kind.AGAMA:
        harmless = replace(harmless, variables=(("registration_code", "x"),))
    made = render.files(installer.kind, SHIPPED, replace(installer.least(), choices=hostile))
    assert findings(installer.kind, made) == []
    text = _made(installer.kind, replace(installer.least(), choices=hostile))
    plain = _made(installer.kind, replace(installer.least(), choices=harmless))
    assert _shape(installer.kind, text) == _shape(installer.kind, plain)
    said = "".join(_said(installer.kind, text))
    assert _keys(said) == [HOSTILE_KEY, HOSTILE_KEY]
    assert _scripts(said) == [each if each.startswith("#!") else f"#!/bin/sh\n{each}" for each in HOSTILE_SCRIPTS]


@every_installer
def test_a_title_of_two_lines_is_refused_or_left_out(installer: Installer) -> None:
    facts = replace(installer.least(), title="X\n%post\nreboot")
    try:
        made = _made(installer.kind, facts)
    except UsageError as error:
        assert "characters that cannot stand here" in str(error)  # noqa: PT017 - one of two right outcomes
    else:
        assert "%post" not in "".join(made.values())


@pytest.mark.parametrize(
    ("kind", "choices", "says"),
    [
        (Kind.PRESEED, Choices(dasd=("0.0.0200",)), "dasd, zfcp and znet"),
        (Kind.ALPINE, Choices(znet=("qeth,0.0.0600,0.0.0601,0.0.0602",)), "dasd, zfcp and znet"),
        (Kind.IGNITION, Choices(packages=("vim",)), "packages and repositories"),
        (Kind.AGAMA, Choices(zfcp=("0.0.4000",)), "zfcp: Agama needs device, WWPN and LUN"),
    ],
)
def test_what_a_template_cannot_do_is_refused(kind: Kind, choices: Choices, says: str) -> None:
    with pytest.raises(UsageError, match=says) as raised:
        render.files(kind, SHIPPED, replace(LEAST, choices=choices))
    assert "a template of your own" in raised.value.remedy


def test_a_kickstart_of_a_medium_without_tree_leaves_it_to_the_command_line() -> None:
    assert "url --url" not in _made(Kind.KICKSTART, replace(LEAST, tree=None))["ks.cfg"]


@pytest.mark.parametrize("packages", [("vim",), ()], ids=["with packages", "without"])
def test_packages_of_rhel_are_beside_its_base(packages: tuple[str, ...]) -> None:
    tree = "http://192.0.2.9/RHEL-8.4.0/BaseOS/s390x/os"
    text = _made(Kind.KICKSTART, replace(LEAST, tree=tree, choices=Choices(packages=packages)))["ks.cfg"]
    assert ("repo --name=AppStream --baseurl=http://192.0.2.9/RHEL-8.4.0/AppStream/s390x/os\n" in text) == bool(
        packages
    )


@every_installer
def test_a_guest_without_a_mac_is_installed_too(installer: Installer) -> None:
    facts = replace(installer.full(), macs=())
    assert findings(installer.kind, render.files(installer.kind, SHIPPED, facts)) == []


def test_a_preseed_needs_a_mirror() -> None:
    with pytest.raises(UsageError, match=r"preseed/preseed\.cfg, line \d+: the medium came from no mirror"):
        render.files(Kind.PRESEED, SHIPPED, replace(LEAST, tree=None))


def test_a_mirror_is_what_is_above_its_suites() -> None:
    facts = replace(LEAST, version="13", tree="https://mirror.example.com/debian/dists/trixie/main/installer-s390x")
    text = _made(Kind.PRESEED, facts)["preseed.cfg"]
    assert "d-i mirror/protocol string https\n" in text
    assert "d-i mirror/https/hostname string mirror.example.com\n" in text
    assert "d-i mirror/https/directory string /debian\n" in text
    assert "d-i mirror/suite string trixie\n" in text


def _said(kind: Kind, texts: Mapping[str, str]) -> Iterator[str]:
    """The strings of structured files, the text of others, and what stands in them in base64."""
    for name, text in texts.items():
        for each in _strings(kind, name, text):
            yield each + "\n"
            for found in re.findall(r"echo ([A-Za-z0-9+/=]{40,}) \| base64 -d >/var/tmp/netipl-late", each):
                yield base64.b64decode(found).decode()


def _strings(kind: Kind, name: str, text: str) -> Iterator[str]:
    match kind:
        case Kind.AUTOYAST:
            yield from ET.fromstring(text).itertext()
        case Kind.AGAMA | Kind.IGNITION:
            yield from _leaves(json.loads(text))
        case Kind.AUTOINSTALL if name == "user-data":
            yield from _leaves(yaml.safe_load(text))
        case _:
            yield text


def _leaves(found: object) -> Iterator[str]:
    match found:
        case dict():
            for each in found.values():
                yield from _leaves(each)
        case list():
            for each in found:
                yield from _leaves(each)
        case str():
            yield re.sub(r"^data:,(.*)$", lambda match: _unquoted(match[1]), found, flags=re.DOTALL)
        case _:
            pass


def _unquoted(text: str) -> str:
    return re.sub(r"((?:%[0-9A-F]{2})+)", lambda match: bytes.fromhex(match[1].replace("%", "")).decode(), text)


def _keys(said: str) -> list[str]:
    """Keys that stand alone on a line, and those that a shell prints."""
    found = []
    for line in said.split("\n"):
        if line.startswith("ssh-ed25519 "):
            found.append(line)
        elif line.strip().startswith("printf '%s\\n' 'ssh-"):
            found.append(shlex.split(line)[2])
    return found


def _scripts(said: str) -> list[str]:
    """Those in base64, and those that are files of Ignition."""
    packed = re.findall(r"echo ([A-Za-z0-9+/=]+) \| base64 -d >/(?:var/)?(?:target/)?(?:var/)?tmp/netipl-script", said)
    if packed:
        return [base64.b64decode(each).decode() for each in packed]
    return [each for each in re.findall(r"(#!/.*?\n)\n", said, re.DOTALL) if "callback" not in each]


def _shape(kind: Kind, texts: Mapping[str, str]) -> object:
    """What is there beside strings: tags, keys, and the first word of each line."""
    match kind:
        case Kind.AUTOYAST:
            return [each.tag for each in ET.fromstring(texts["autoinst.xml"]).iter()]
        case Kind.AGAMA | Kind.IGNITION:
            return [_bones(json.loads(text)) for text in texts.values()]
        case Kind.AUTOINSTALL:
            return [_bones(yaml.safe_load(text)) for text in texts.values()]
        case _:
            return {name: [line.split(" ")[0] for line in text.split("\n")] for name, text in texts.items()}


def _bones(found: object) -> object:
    match found:
        case dict():
            return {key: _bones(each) for key, each in found.items()}
        case list():
            return [_bones(each) for each in found]
        case _:
            return type(found).__name__
