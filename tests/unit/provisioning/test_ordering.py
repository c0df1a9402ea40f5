"""The orders that the agent gets for a disk image, and for packages of Debian."""

from dataclasses import replace
from ipaddress import IPv4Address

import pytest

from netipl.answers import orders
from netipl.answers.choices import Choices, Layout, Repository, User
from netipl.ccw import DeviceNumber
from netipl.errors import RefusedError
from netipl.guests.guest import Guest
from netipl.guests.profile import Profile
from netipl.media.medium import Family, File, Medium, Role
from netipl.net import Mac
from netipl.provisioning import ordering
from netipl.provisioning.installation import Installation, facts
from netipl.provisioning.parameters import parameters
from tests.plane import LAB
from tests.unit.guests.media_kept import AGENT, IMAGE

ADDRESS = IPv4Address("192.168.133.100")
GUEST = Guest(name="web1", macs=(Mac.parse("52:54:00:13:33:0a"),), network="lab")
KNOWN = parameters(guest="web1", address=ADDRESS, server=LAB.server, port=8069, token="netipl_T", medium="i1")
SEED = {"orders/meta-data": "local-hostname: {{ guest }}\n", "orders/user-data": "#cloud-config\n"}


def ordered(
    guest: Guest = GUEST, medium: Medium = IMAGE, templates: dict[str, str] | None = None, template: str = ""
) -> orders.WriteImage:
    made = Installation(guest=guest, profile=Profile(name="p", medium="m"), medium=medium, agent=AGENT)
    told = facts(made, KNOWN, LAB, ADDRESS)
    found = ordering.files(made, KNOWN, told, templates or {}, template=template)
    assert list(found) == ["orders.json"]
    decoded = orders.decode(found["orders.json"])
    assert isinstance(decoded, orders.WriteImage)
    return decoded


def test_the_image_is_written_to_the_disk_of_the_guest_and_the_server_is_told() -> None:
    made = ordered(replace(GUEST, disk=DeviceNumber.parse("0.0.1234")))
    [(_, file)] = IMAGE.files
    assert made.image == orders.Image(
        url="http://192.168.133.1:8069/media/i1/disk%20image.raw", sha256=file.sha256, size=file.size
    )
    assert (made.disk, made.callback, made.seed) == ("0.0.1234", KNOWN["callback"], ())


def test_where_no_disk_is_named_it_is_the_only_one() -> None:
    assert ordered().disk == orders.AUTO


def test_a_seed_is_made_of_the_template() -> None:
    assert ordered(templates=SEED).seed == (("meta-data", "local-hostname: web1\n"), ("user-data", "#cloud-config\n"))
    mine = {name.replace("orders", "mine"): text for name, text in SEED.items()}
    assert ordered(templates=mine, template="mine").seed
    assert not ordered(templates=mine).seed


def test_half_a_seed_is_none() -> None:
    assert ordered(templates={"orders/user-data": ""}).seed == ()


def test_a_medium_that_is_no_image_is_refused() -> None:
    with pytest.raises(RefusedError, match="medium agent has nothing that the agent installs"):
        ordered(medium=AGENT)


@pytest.mark.parametrize(
    ("name", "form"),
    [
        ("disk.raw", orders.Form.RAW),
        ("disk.raw.gz", orders.Form.GZIP),
        ("disk.xz", orders.Form.XZ),
        ("disk.zst", orders.Form.ZSTD),
    ],
)
def test_an_image_is_unpacked_by_the_agent_as_it_is_kept(name: str, form: orders.Form) -> None:
    [(role, file)] = IMAGE.files
    found = ordered(medium=replace(IMAGE, files=((role, replace(file, name=name, unpacked=512)),))).image
    assert (found.form, found.raw_size) == (form, 512)


PACKAGES = replace(
    IMAGE,
    name="debian",
    family=Family.DEBIAN_PACKAGES,
    files=((Role.PACKAGES, File(name="packages.tar", sha256="a" * 64, size=5)),),
    packages=("apt", "vim"),
)


def debian(choices: Choices, domain: str | None = None) -> orders.InstallDebian:
    made = Installation(guest=GUEST, profile=Profile(name="p", choices=choices), medium=PACKAGES, agent=AGENT)
    told = facts(made, KNOWN, replace(LAB, domain=domain), ADDRESS)
    decoded = orders.decode(ordering.files(made, KNOWN, told, {})["orders.json"])
    assert isinstance(decoded, orders.InstallDebian)
    return decoded


def test_debian_is_installed_as_is_chosen() -> None:
    user = User(name="ann", ssh_keys=("ssh-ed25519 AAAA",), admin=True)
    found = debian(
        Choices(
            timezone="Asia/Tokyo",
            users=(user,),
            root_ssh_keys=("ssh-ed25519 BBBB",),
            packages=("vim",),
            repositories=(Repository(name="more", url="http://192.0.2.1/more"),),
            scripts=("#!/bin/sh\ntrue\n",),
        ),
        domain="example.com",
    )
    assert found == orders.InstallDebian(
        packages=orders.Image(url="http://192.168.133.1:8069/media/i1/packages.tar", sha256="a" * 64, size=5),
        hostname="web1.example.com",
        timezone="Asia/Tokyo",
        root_ssh_keys=("ssh-ed25519 BBBB",),
        accounts=(orders.Account(name="ann", ssh_keys=("ssh-ed25519 AAAA",), admin=True),),
        repositories=("deb [trusted=yes] http://192.0.2.1/more ./",),
        scripts=("#!/bin/sh\ntrue\n",),
        callback=KNOWN["callback"],
    )


def test_a_package_that_is_not_in_the_archive_is_refused_by_name() -> None:
    with pytest.raises(RefusedError, match="medium debian has no package nano"):
        debian(Choices(packages=("vim", "nano")))


def test_what_the_agent_cannot_do_is_refused() -> None:
    with pytest.raises(RefusedError, match="without LVM"):
        debian(Choices(layout=Layout.LVM))
