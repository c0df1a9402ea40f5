"""What a build installs: command lines, trees and facts, of profile, guest and medium together."""

from dataclasses import replace
from ipaddress import IPv4Address
from pathlib import Path

import pytest

from netipl.answers.choices import Choices
from netipl.answers.kind import Kind
from netipl.ccw import DeviceNumber
from netipl.errors import RefusedError, UsageError
from netipl.guests.guest import BootFiles, Guest
from netipl.guests.profile import Profile
from netipl.net import Mac
from netipl.provisioning.installation import Installation, command_line, demand_whole, facts, is_of_agent, tree
from netipl.provisioning.parameters import parameters
from tests.plane import LAB
from tests.unit.guests.media_kept import AGENT, DEBIAN, IMAGE, RHEL

ADDRESS = IPv4Address("192.168.133.100")
GUEST = Guest(name="web1", macs=(Mac.parse("52:54:00:13:33:0a"),), network="lab")
PLAIN = Profile(name="p", medium="m")
KNOWN = {
    **parameters(guest="web1", address=ADDRESS, server=LAB.server, port=8069, token="netipl_T", medium="m1"),
    "tree": "http://mirror/tree",
}
ANSWERS = "http://192.168.133.1:8069/answers/netipl_T/"


def test_a_command_line_is_of_the_family_then_the_profile_the_guest_and_its_devices() -> None:
    made = Installation(
        guest=replace(GUEST, append="rescue host={guest}", choices=Choices(dasd=("0.0.0200",))),
        profile=replace(PLAIN, append="quiet", choices=Choices(dasd=("0.0.0100",), znet=("qeth,0.0.0600",))),
        medium=RHEL,
    )
    assert command_line(made, KNOWN) == (
        f"ip=dhcp inst.repo=http://mirror/tree rd.neednet=1 inst.ks={ANSWERS}ks.cfg inst.ks.sendmac inst.cmdline "
        "quiet rescue host=web1 rd.znet=qeth,0.0.0600 rd.dasd=0.0.0200"
    )


def test_own_files_have_the_parameters_of_the_profile_alone() -> None:
    own = Profile(name="p", boot=BootFiles(kernel=Path("kernel")), append="url={answers}")
    assert command_line(Installation(guest=GUEST, profile=own), KNOWN) == f"url={ANSWERS}"


def test_a_disk_image_is_written_by_the_agent_which_has_its_own_parameters() -> None:
    made = Installation(guest=GUEST, profile=PLAIN, medium=IMAGE, agent=AGENT)
    assert is_of_agent(IMAGE)
    assert not is_of_agent(RHEL)
    assert not is_of_agent(None)
    assert (made.booted, made.kind) == (AGENT, Kind.ORDERS)
    assert command_line(made, KNOWN) == f"netipl.orders={ANSWERS}orders.json"


def test_a_name_that_stands_for_nothing_is_refused() -> None:
    wrong = replace(PLAIN, append="x={token}")
    with pytest.raises(UsageError, match="stands for nothing"):
        command_line(Installation(guest=GUEST, profile=wrong, medium=DEBIAN), KNOWN)


@pytest.mark.parametrize(
    ("has_tree", "source", "url"),
    [
        (True, "http://mirror/os/", "http://s/media/m1/tree"),
        (False, "http://mirror/os/", "http://mirror/os"),
        (False, "ftp://mirror/os", "ftp://mirror/os"),
        (False, "/srv/rhel.iso", None),
    ],
)
def test_the_tree_is_our_own_or_the_mirror_that_it_came_from(has_tree: bool, source: str, url: str | None) -> None:
    assert tree(replace(RHEL, has_tree=has_tree, source=source), "http://s/media/m1") == url


def test_templates_are_told_of_guest_network_and_medium() -> None:
    made = Installation(
        guest=replace(GUEST, disk=DeviceNumber.parse("0.0.1234"), choices=Choices(packages=("vim",))),
        profile=replace(PLAIN, choices=Choices(timezone="UTC")),
        medium=RHEL,
    )
    told = facts(made, KNOWN, replace(LAB, domain="example.com", dns=(LAB.server,)), ADDRESS)
    assert (told.guest, told.domain, told.macs, told.address) == ("web1", "example.com", GUEST.macs, ADDRESS)
    assert (told.netmask, told.gateway, told.dns) == (LAB.subnet.netmask, LAB.server, (LAB.server,))
    assert (told.disk, told.family, told.version, told.title) == (
        "/dev/disk/by-path/ccw-0.0.1234",
        "rhel",
        "9.4",
        "Red Hat Enterprise Linux 9.4",
    )
    assert (told.answers, told.tree, told.medium) == (ANSWERS, "http://mirror/tree", KNOWN["medium"])
    assert told.choices == Choices(timezone="UTC", packages=("vim",))


def test_own_files_have_no_medium_to_tell_of() -> None:
    own = Profile(name="p", boot=BootFiles(kernel=Path("kernel")), template="preseed")
    made = Installation(guest=GUEST, profile=own)
    told = facts(made, {key: text for key, text in KNOWN.items() if key not in {"medium", "tree"}}, LAB, ADDRESS)
    assert (told.family, told.title, told.tree, told.medium) == ("", "p", None, None)
    assert made.has_answers


def test_answers_are_there_where_their_kind_is_known_or_a_file_is_named() -> None:
    own = Profile(name="p", boot=BootFiles(kernel=Path("kernel")))
    assert not Installation(guest=GUEST, profile=own).has_answers
    assert Installation(guest=GUEST, profile=replace(own, answers=Path("preseed"))).has_answers
    assert Installation(guest=GUEST, profile=PLAIN, medium=DEBIAN).has_answers


def test_a_profile_that_boots_nothing_is_refused() -> None:
    with pytest.raises(RefusedError, match="profile p names neither a medium nor a kernel"):
        demand_whole(Installation(guest=GUEST, profile=Profile(name="p")))
    demand_whole(Installation(guest=GUEST, profile=PLAIN, medium=RHEL))
