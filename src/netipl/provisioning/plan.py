"""The plan: what the firmware of one guest is given, DHCP fields and a TFTP tree, for each boot method.

A pure function of the guest, its address and its images. A configuration always names kernel, initrd and append: the
older firmware reads uninitialised memory for a keyword that is left out (firmware.md, "Configuration grammar").
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from enum import StrEnum
from ipaddress import IPv4Address
from uuid import UUID

from netipl.content import Content, inline
from netipl.errors import UnavailableError, UsageError
from netipl.guests.guest import BootMethod
from netipl.images import cpio, ins
from netipl.images.combined import combined
from netipl.net import Mac
from netipl.provisioning.bootfields import BootFields

NO_PARAMETERS = "BOOT_IMAGE=netipl"
"""Stands where a guest has no kernel parameters, as `append` needs an argument; Linux passes it over."""

_NO_FILES = cpio.encode(())
_NEED_BYTES = frozenset({BootMethod.INS, BootMethod.COMBINED})


@dataclass(frozen=True, slots=True, kw_only=True)
class Images:
    """What a guest boots, found on disk. `identity` is the same only for the same files with the same bytes.

    `header` is the beginning of the kernel, `images.kernel.HEADER_SIZE` bytes or all there are.
    """

    identity: str
    kernel: Content
    header: bytes
    initrd: Content | None
    append: str
    names: tuple[str, str] | None = None
    """Of kernel and initrd in the tree, where they are kept under some; else they are made of `identity`."""
    is_promised: bool = False
    """Their bytes are on their way: only their names are there."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Subject:
    """Whom a plan is for."""

    name: str
    mac: Mac
    uuid: UUID | None
    address: IPv4Address
    images: Images

    @property
    def directory(self) -> str:
        """Where this guest's own files stand in the tree; names there are global, so no two guests share one."""
        return f"guests/{self.name}"

    @property
    def kernel_name(self) -> str:
        return self.images.names[0] if self.images.names is not None else f"boot/{self.images.identity}/kernel"

    @property
    def initrd_name(self) -> str:
        return self.images.names[1] if self.images.names is not None else f"boot/{self.images.identity}/initrd"

    @property
    def initrd(self) -> Content:
        """The initrd, or an archive without members where the guest has none: a label must name one."""
        return self.images.initrd or inline(_NO_FILES)

    @property
    def append(self) -> str:
        return self.images.append or NO_PARAMETERS


class Purpose(StrEnum):
    """What a boot is for."""

    INSTALL = "install"
    """It belongs to a build."""
    DISK = "disk"
    """The guest's own disk."""
    FILES = "files"
    """The files that the guest boots each time."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """DHCP fields and a TFTP tree. Names in `tree` have no leading slash.

    `build` is the build that it belongs to. With `closed` nothing is served but the tree, and media.
    """

    fields: BootFields
    tree: Mapping[str, Content]
    purpose: Purpose = Purpose.FILES
    build: str | None = None
    closed: bool = False
    promised: frozenset[str] = frozenset()
    """Names of the tree whose bytes were on their way when it was planned: they are asked for when they are fetched."""
    has_answers: bool = False
    """Whether its installer has answers to fetch."""

    @property
    def names(self) -> frozenset[str]:
        """All that the firmware fetches."""
        return self.promised | self.tree.keys()


def plan(method: BootMethod, subject: Subject) -> Plan:
    """The plan of `subject` by `method`. Raises UsageError for what the method cannot do, and UnavailableError for a
    method that needs the bytes of files that are on their way.
    """
    if not subject.images.is_promised:
        return PLANS[method](subject)
    if method in _NEED_BYTES:
        remedy = "wait until the medium is there, or choose another method, such as probe-mac"
        raise UnavailableError(
            f"method {method} needs the medium's files now, and they are still arriving", remedy=remedy
        )
    made, promised = PLANS[method](subject), frozenset((subject.kernel_name, subject.initrd_name))
    tree = {name: content for name, content in made.tree.items() if name not in promised}
    return replace(made, tree=tree, promised=promised)


def _configuration(subject: Subject) -> Content:
    lines = (
        "# pxelinux",
        "default netipl",
        "label netipl",
        f"kernel {subject.kernel_name}",
        f"initrd {subject.initrd_name}",
        f"append {subject.append}",
    )
    return inline("".join(f"{line}\n" for line in lines))


def _with_configuration(subject: Subject, name: str, fields: BootFields) -> Plan:
    """A plan whose configuration stands at `name`, beside the kernel and the initrd that it names."""
    tree = {
        name: _configuration(subject),
        subject.kernel_name: subject.images.kernel,
        subject.initrd_name: subject.initrd,
    }
    return Plan(fields=fields, tree=tree)


def _config(subject: Subject) -> Plan:
    name = f"{subject.directory}/boot.cfg"
    return _with_configuration(subject, name, BootFields(file=name.encode()))


def _bootp(subject: Subject) -> Plan:
    name = f"{subject.directory}/boot.cfg"
    return _with_configuration(subject, name, BootFields(file=name.encode(), plain_bootp=True))


def _probe_uuid(subject: Subject) -> Plan:
    if subject.uuid is None:
        raise UsageError(
            f"guest {subject.name} has no UUID to be found by", remedy="give its uuid, or method probe-mac"
        )
    return _with_configuration(subject, f"pxelinux.cfg/{subject.uuid}", BootFields(file=b"/"))


def _probe_mac(subject: Subject) -> Plan:
    return _with_configuration(subject, f"pxelinux.cfg/{_mac_name(subject)}", BootFields(file=b"/"))


def _probe_ip(subject: Subject) -> Plan:
    shortened = f"{int(subject.address):08X}"[:-1]
    return _with_configuration(subject, f"pxelinux.cfg/{shortened}", BootFields(file=b"/"))


def _probe_default(subject: Subject) -> Plan:
    return _with_configuration(subject, "pxelinux.cfg/default", BootFields(file=b"/"))


def _probe_empty(subject: Subject) -> Plan:
    return _with_configuration(subject, f"pxelinux.cfg/{_mac_name(subject)}", BootFields(file=b""))


def _probe_missing(subject: Subject) -> Plan:
    """The firmware puts `pxelinux.cfg/` in the place of the missing name's last part."""
    missing = f"{subject.directory}/missing"
    name = f"{subject.directory}/pxelinux.cfg/{_mac_name(subject)}"
    return _with_configuration(subject, name, BootFields(file=missing.encode()))


def _options(subject: Subject) -> Plan:
    prefix, name = f"{subject.directory}/", "boot.cfg"
    fields = BootFields(file=b"/", path_prefix=prefix.encode(), configuration_file=name.encode())
    return _with_configuration(subject, prefix + name, fields)


def _ins(subject: Subject) -> Plan:
    images = subject.images
    name = f"{subject.directory}/boot.ins"
    tree = ins.build(
        name=name,
        kernel=(subject.kernel_name, images.kernel),
        header=images.header,
        initrd=(subject.initrd_name, subject.initrd),
        append=subject.append.encode(),
        directory=f"{subject.directory}/",
    )
    return Plan(fields=BootFields(file=name.encode()), tree=tree)


def _combined(subject: Subject) -> Plan:
    images = subject.images
    name = f"{subject.directory}/boot.img"
    append = subject.append.encode()
    image = combined(kernel=images.kernel, header=images.header, initrd=images.initrd, append=append)
    return Plan(fields=BootFields(file=name.encode()), tree={name: image})


def _mac_name(subject: Subject) -> str:
    """Hardware type 01 (Ethernet), then the address, as PXELinux names it."""
    return f"01-{subject.mac.dashed}"


PLANS: Mapping[BootMethod, Callable[[Subject], Plan]] = {
    BootMethod.CONFIG: _config,
    BootMethod.PROBE_UUID: _probe_uuid,
    BootMethod.PROBE_MAC: _probe_mac,
    BootMethod.PROBE_IP: _probe_ip,
    BootMethod.PROBE_DEFAULT: _probe_default,
    BootMethod.PROBE_EMPTY: _probe_empty,
    BootMethod.PROBE_MISSING: _probe_missing,
    BootMethod.OPTIONS: _options,
    BootMethod.INS: _ins,
    BootMethod.COMBINED: _combined,
    BootMethod.BOOTP: _bootp,
}
