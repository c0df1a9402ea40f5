"""One line of a console, and what it is a sign of; whole consoles are in tests/contract/firmware/test_spoken.py."""

from collections.abc import Mapping

import pytest

from netipl.firmware.spoken.signs import Said, Sign, sign

LINES: Mapping[str, tuple[Sign, dict[str, str | int]]] = {
    "LOADPARM=[        ]": (Sign.IPL, {}),
    "LOADPARM=[PROMPT  ]": (Sign.IPL, {}),
    "Network boot starting...": (Sign.NETWORK, {}),
    "Requesting information via DHCP: done": (Sign.DHCP, {}),
    "Using IPv4 address: 192.168.133.10": (Sign.ADDRESS, {"address": "192.168.133.10"}),
    "Using IPv6 address: fd00::1": (Sign.ADDRESS, {"address": "fd00::1"}),
    "Using TFTP server: 192.168.133.1": (Sign.SERVER, {"server": "192.168.133.1"}),
    "Bootfile name: '/'": (Sign.BOOT_FILE, {"name": "/"}),
    "Bootfile name: 'it's.cfg'": (Sign.BOOT_FILE, {"name": "it's.cfg"}),
    "Trying pxelinux.cfg files...": (Sign.PROBING, {}),
    "TFTP: Received /pxelinux.cfg/default (102 bytes)": (
        Sign.RECEIVED,
        {"name": "/pxelinux.cfg/default", "size": 102},
    ),
    "TFTP: Received mypxe.cfg (113 Bytes)": (Sign.RECEIVED, {"name": "mypxe.cfg", "size": 113}),
    "TFTP: Received a (b) (4948 KBytes)": (Sign.RECEIVED, {"name": "a (b)", "size": 4948 * 1024}),
    "Lost ACK packets: 62": (Sign.LOSS, {"packets": "62"}),
    "Loading pxelinux.cfg entry 'linux'": (Sign.ENTRY, {"label": "linux"}),
    "Parsing .INS file:": (Sign.LIST, {}),
    "s390-ccw pxelinux.cfg boot menu:": (Sign.MENU, {}),
    "Network loading done, starting kernel...": (Sign.STARTING, {}),
    "Failed to IPL from this network!": (Sign.GAVE_UP, {}),
    "Network initialization failed. Halting.": (Sign.GAVE_UP, {}),
    "Using virtio-blk.": (Sign.DISK, {}),
    "netipl: re-IPL from 0.0.0001": (Sign.REIPL, {}),
    "netipl: no disk found: no virtio-blk": (Sign.NO_REIPL, {}),
    "[    0.114133] Linux version 4.18.0-147.el8.s390x": (Sign.KERNEL, {}),
    "Linux version 6.1.0": (Sign.KERNEL, {}),
    "KASLR disabled: CPU has no PRNG": (Sign.KERNEL, {}),
}


@pytest.mark.parametrize("line", LINES)
def test_a_line_is_a_sign(line: str) -> None:
    told, facts = LINES[line]
    assert sign(line) == Said(sign=told, line=line, facts=facts)


@pytest.mark.parametrize("line", ["", "login:", "LOADPARM=[]", "starting kernel...", "Receiving data:  0 KBytes"])
def test_other_lines_are_none(line: str) -> None:
    assert sign(line) is None
