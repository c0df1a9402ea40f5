"""What answer templates are told of one installation, and under which names they find it.

What is None is not defined for templates: `{% if tree is defined %}` asks, and a use of it fails with its name.
"""

from collections.abc import Mapping
from dataclasses import fields
from ipaddress import IPv4Address
from types import MappingProxyType
from typing import Any, Final

from netipl.answers.choices import Choices, Layout, over
from netipl.ccw import DeviceNumber
from netipl.net import Mac
from netipl.values import value

DEFAULTS: Final = Choices(timezone="UTC", language="en_US.UTF-8", keyboard="us", layout=Layout.PLAIN)
"""What holds where nobody chose."""

FOLLOWING: Final[Mapping[str, str]] = MappingProxyType(
    {
        "mac": "The first of `macs`.",
        "host": "`guest` without a domain.",
        "fqdn": "`guest` with its domain, as far as one is known.",
        "prefix": "The length of `netmask`, as `24`.",
        "kernel_parameters": "`rd.znet`, `rd.dasd`, `rd.zfcp` and `cio_ignore` as words of a kernel command line.",
    }
)
"""What templates find beside facts and choices, since it follows from them."""

_VIRTIO_DISK: Final = "/dev/vda"


def disk_path(device: DeviceNumber | None) -> str:
    """The disk of a guest as Linux names it: by its channel path where that is known, else the first of virtio."""
    return _VIRTIO_DISK if device is None else f"/dev/disk/by-path/ccw-{device}"


@value(kw_only=True)
class FinishKeys:
    """What a disk image is to have so that its finish script can run there: keys of SSH made by netipl."""

    host_private: str
    """The host key of this build alone; a secret."""
    host_public: str
    """Its public half, in one line."""
    login: str
    """The public key by which netipl logs in as root."""


@value(kw_only=True)
class Facts:
    """`callback` is an address that is followed by a slash and what happened: `started`, `done` or `failed`."""

    guest: str
    """Its name, which may have a domain; `host` is without, `fqdn` with one."""
    domain: str | None = None
    """The DNS domain of its network."""
    macs: tuple[Mac, ...]
    """Its network interfaces, as far as they are known; it is installed through the first."""
    address: IPv4Address
    """The address that it has leased."""
    netmask: IPv4Address
    """That of its subnet."""
    gateway: IPv4Address | None = None
    """Its router."""
    dns: tuple[IPv4Address, ...] = ()
    """Its name servers."""
    server: IPv4Address
    """The address of netipl."""
    disk: str = _VIRTIO_DISK
    """The disk to install to, as Linux names it: by its channel path, or `/dev/vda`."""
    family: str
    """That of the medium, as `rhel`."""
    version: str
    """That of the medium, as `9.4`."""
    title: str
    """What the medium calls itself, as `Red Hat Enterprise Linux 9.4`."""
    tree: str | None = None
    """The URL of the install tree, without a slash at its end."""
    medium: str | None = None
    """The URL below which the kept files of the medium are, without a slash at its end."""
    answers: str
    """The URL below which the answer files are, with a slash at its end."""
    callback: str
    """The URL that an installer reports to, without a slash at its end."""
    finish_keys: FinishKeys | None = None
    """Where there is a finish script: `host_private` and `host_public`, the SSH host key that the new system is to
    have, and `login`, the public key by which netipl logs in as root.
    """
    choices: Choices = DEFAULTS
    """Of the profile and the guest; templates find each of them by its own name."""


def chosen(facts: Facts) -> Choices:
    """The choices of `facts`, over the defaults."""
    return over(facts.choices, DEFAULTS)


def kernel_parameters(choices: Choices) -> tuple[str, ...]:
    """The kernel parameters that make the channel devices of a guest known: to dracut, and `cio_ignore` to Linux."""
    named = (("rd.znet", choices.znet), ("rd.dasd", choices.dasd), ("rd.zfcp", choices.zfcp))
    found = [f"{name}={arguments}" for name, many in named for arguments in many]
    return (*found, *([f"cio_ignore={choices.cio_ignore}"] if choices.cio_ignore is not None else ()))


def context(facts: Facts) -> Mapping[str, Any]:  # Any: templates take values of every type
    """By the names that templates use: the fields of Facts and of Choices, and what follows from them."""
    choices = chosen(facts)
    known = {each.name: getattr(facts, each.name) for each in fields(facts) if each.name != "choices"}
    known |= {each.name: getattr(choices, each.name) for each in fields(choices)}
    known |= {
        "mac": facts.macs[0] if facts.macs else None,
        "host": facts.guest.partition(".")[0],
        "fqdn": facts.guest if "." in facts.guest or not facts.domain else f"{facts.guest}.{facts.domain}",
        "prefix": int(facts.netmask).bit_count(),
        "kernel_parameters": kernel_parameters(choices),
        "variables": dict(choices.variables),
    }
    return {name: found for name, found in known.items() if found is not None}
