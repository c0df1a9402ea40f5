"""What the tests of answers render with: one guest with the least that can be said of it, and one with everything."""

from dataclasses import replace
from ipaddress import IPv4Address

from netipl.answers.choices import Choices, Layout, Repository, User
from netipl.answers.facts import Facts
from netipl.net import Mac

LEAST = Facts(
    guest="web1",
    macs=(Mac.parse("52:54:00:13:33:0a"),),
    address=IPv4Address("192.0.2.207"),
    netmask=IPv4Address("255.255.255.0"),
    server=IPv4Address("192.0.2.1"),
    family="rhel",
    version="9.4",
    title="Red Hat Enterprise Linux 9.4",
    tree="http://192.0.2.1:8069/media/m1/tree",
    medium="http://192.0.2.1:8069/media/m1",
    answers="http://192.0.2.1:8069/answers/netipl_TOKEN/",
    callback="http://192.0.2.1:8069/callback/netipl_TOKEN",
)

HASH = "$6$Ab.cd/ef$Gh0123456789./ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"
KEY = "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIGq3 ann@example"

EVERYTHING = Choices(
    timezone="Europe/Prague",
    language="de_DE.UTF-8",
    keyboard="de",
    layout=Layout.LVM,
    root_password=HASH,
    root_ssh_keys=(KEY,),
    users=(
        User(name="ann", ssh_keys=(KEY, KEY.replace("ann", "bea")), password=HASH, admin=True),
        User(name="bob", ssh_keys=(KEY,)),
    ),
    packages=("vim", "tmux"),
    repositories=(Repository(name="extra", url="http://192.0.2.9/extra/s390x?a=1&b=2"),),
    scripts=("echo one >/etc/one\n", "#!/bin/bash\nset -e\necho two >/etc/two"),
    znet=("qeth,0.0.0600,0.0.0601,0.0.0602,layer2=1",),
    dasd=("0.0.0200",),
    zfcp=("0.0.4000,0x5005076300C213e9,0x5022000000000000",),
    cio_ignore="all,!condev",
    variables=(("site", "Brno"),),
)

FULL = replace(
    LEAST,
    guest="web1.example.com",
    domain="example.com",
    macs=(*LEAST.macs, Mac.parse("52:54:00:13:33:0b")),
    gateway=IPv4Address("192.0.2.254"),
    dns=(IPv4Address("192.0.2.53"), IPv4Address("192.0.2.54")),
    disk="/dev/disk/by-path/ccw-0.0.0001",
    choices=EVERYTHING,
)
