"""What the firmware of each QEMU accepts, as one table from 2.10 on; a version that is not known is the strictest.

A row says what began with which version, and how that is known: versions that nobody ran are marked as read (C).
Sources: pc-bios/s390-ccw/netmain.c and main.c of QEMU at several versions, SLOF lib/libnet. What holds for every
version is a constant here.
"""

from dataclasses import dataclass
from typing import Final, Generic, TypeVar

from netipl.firmware.evidence import V7, V10, V11, Evidence
from netipl.firmware.versions import Version

MIB: Final = 1 << 20

PROBED_CONFIGURATION: Final = 2047
BOOT_FILE_CONFIGURATION: Final = 2046
SMALLEST_BOOT_FILE: Final = 8
FILE_NAME: Final = 206
SURVIVED_FILE_NAME: Final = 207
COMMAND_LINE: Final = 896
PATH_PREFIX: Final = 220
CONFIGURATION_NAME: Final = 256
BOOT_FILE_DIRECTORY: Final = 206
BLOCK_SIZE: Final = 1428
RECEIVE_RING: Final = 64
DIRECT_LOAD_ADDRESS: Final = 0x2000


@dataclass(frozen=True, slots=True, kw_only=True)
class Size(Evidence):
    """A limit that all versions share."""

    limit: int
    unit: str
    what: str


_FIRMWARE: Final = "tests/e2e/test_firmware.py"
_NETMAIN: Final = "QEMU pc-bios/s390-ccw/netmain.c"
_PXELINUX: Final = "SLOF lib/libnet/pxelinux.c"

SIZES: Final = (
    Size(
        limit=PROBED_CONFIGURATION,
        unit="bytes",
        what="of a configuration that is found by probing",
        by=("2047 bytes of probed configuration", "2048 bytes of probed configuration are too many"),
    ),
    Size(
        limit=BOOT_FILE_CONFIGURATION,
        unit="bytes",
        what="of a boot file that is looked at for `# pxelinux` or `* `; a longer one is started as a kernel",
        by=(
            "a configuration of 2046 bytes as boot file",
            "a configuration of 2047 bytes as boot file is started",
            "an ins list of 2046 bytes",
            "an ins list of 2047 bytes is started",
        ),
    ),
    Size(
        limit=SMALLEST_BOOT_FILE,
        unit="bytes",
        what="that a boot file needs at least",
        by=("a boot file of 7 bytes is refused", "an ins list of 8 bytes"),
    ),
    Size(
        limit=FILE_NAME,
        unit="characters",
        what="of a file name that fit the packet buffer of 256 bytes, over IPv4 (186 over IPv6)",
        measured=(),
        source="SLOF lib/libnet/tftp.c",
    ),
    Size(
        limit=SURVIVED_FILE_NAME,
        unit="characters",
        what="of a file name that still loads: its terminator alone lies outside, and does no harm",
        by=(
            "a name of 206 characters",
            "a name of 207 characters",
            "a name of 208 characters, whose blocks are never taken",
        ),
    ),
    Size(
        limit=COMMAND_LINE,
        unit="bytes",
        what="of `append` that are copied; 896 leave no room for the terminator, so write 895 at most",
        measured=(V7, V10, V11),
        by=("7.2-err-append-over-896", "10.0-append-too-long", "11.1-append-too-long"),
    ),
    Size(
        limit=PATH_PREFIX,
        unit="characters",
        what="of option 210; one more is refused, and names that long break before",
        by=("option 210 of 221 characters is too long",),
    ),
    Size(
        limit=CONFIGURATION_NAME,
        unit="characters",
        what="of options 210 and 209 together; one more is refused",
        by=("options 210 and 209 of 257 characters are too long",),
    ),
    Size(
        limit=BOOT_FILE_DIRECTORY,
        unit="characters",
        what="of the directory of the last requested name, from which probing derives its own; one more is refused",
        by=("a directory of 207 characters is too long",),
    ),
    Size(
        limit=BLOCK_SIZE,
        unit="bytes",
        what="of a TFTP block: the size asked for, and the largest taken",
        by=("an OACK of 1429 bytes is refused", "an OACK of 1000 bytes"),
    ),
    Size(
        limit=RECEIVE_RING,
        unit="frames",
        what="that wait for the firmware; the ring is never emptied between two files",
        measured=(),
        source="QEMU pc-bios/s390-ccw/virtio-net.c",
    ),
    Size(
        limit=DIRECT_LOAD_ADDRESS,
        unit="bytes",
        what="that a boot file may be smaller than what memory holds: it is loaded there before its kind is known",
        by=(f"{_FIRMWARE}::test_a_boot_file_may_have_8192_bytes_less", "a boot file of one byte too many"),
    ),
)
"""For people: each constant with its unit and evidence."""

T = TypeVar("T", bool, int)


@dataclass(frozen=True, slots=True, kw_only=True)
class Capability(Evidence, Generic[T]):
    """A row: what holds from each version in `since` on, in their order."""

    what: str
    since: tuple[tuple[Version, T], ...]

    def at(self, version: Version) -> T:
        return next(value for first, value in reversed(self.since) if first <= version)


def _from(first: Version) -> tuple[tuple[Version, bool], ...]:
    return ((_OLDEST, False), (first, True))


_OLDEST: Final = Version(0, 0)
_MERGED: Final = Version(9, 2)

NETWORK_BOOT: Final = Capability(
    what="boots from the network",
    since=_from(Version(2, 10)),
    by=("a kernel as boot file",),
    source=_NETMAIN,
)
INS_LISTS: Final = Capability(
    what="reads `.ins` lists",
    since=_from(Version(2, 12)),
    by=("an ins list, decimal, hexadecimal, with a blank line",),
    source=_NETMAIN,
)
CONFIGURATIONS: Final = Capability(
    what="reads configurations, probed or as boot file; before, a boot file alone",
    since=_from(Version(3, 0)),
    by=(
        "probing goes on from UUID over MAC and address to default",
        "a configuration as boot file, its magic in any case",
    ),
    source=_NETMAIN,
)
LABELS: Final = Capability(
    what="labels that can be booted; one more is listed without its lines",
    since=((_OLDEST, 0), (Version(3, 0), 15), (Version(10, 1), 30)),
    by=("15 labels", "30 labels"),
    source=_PXELINUX,
)
UNINITIALISED_ENTRIES: Final = Capability(
    what="a label without kernel or initrd asks for a name that nobody wrote (after: mostly zeros)",
    since=((_OLDEST, False), (Version(3, 0), True), (_MERGED, False)),
    by=(
        "a label without an initrd",
        "a label without a kernel",
        "7.2-err-config-no-initrd",
        "10.0-noinitrd",
        "11.1-noinitrd",
    ),
    source=_NETMAIN,
)
LOADPARM_SELECTS: Final = Capability(
    what="the number in `loadparm` selects a label",
    since=_from(Version(10, 1)),
    by=("loadparm is the number of a label", "11.1-loadparm3", "11.1-loadparm9", "11.1-dev-loadparm1"),
    source=_NETMAIN,
)
MENU: Final = Capability(
    what="`loadparm=PROMPT` shows the labels and waits",
    since=_from(Version(10, 1)),
    by=("loadparm PROMPT is a menu", "10.0-loadparmPROMPT", "11.1-loadparmPROMPT"),
    source=_NETMAIN,
)
MERGED_IMAGE: Final = Capability(
    what="network boot is part of s390-ccw.img (before, s390-netboot.img), with other words",
    since=_from(_MERGED),
    by=(f"{_FIRMWARE}::test_a_guest_needs_memory_for_the_firmware", "10.0-netfail-only"),
    source="QEMU pc-bios/s390-ccw/main.c",
)
BOOT_DEVICES: Final = Capability(
    what="boot devices that are tried in turn, when one fails",
    since=((_OLDEST, 1), (_MERGED, 8)),
    by=(f"{_FIRMWARE}::test_so_many_boot_devices_are_tried", "7.2-netfail-then-disk", "10.0-netfail-then-disk"),
    source="QEMU pc-bios/s390-ccw/main.c",
)
NAMES_MISSING_SERVER: Final = Capability(
    what="says that it has no TFTP server (before, that it got no address)",
    since=_from(Version(10, 0)),
    by=("no TFTP server at all",),
    source=f"{_NETMAIN}, mended in January 2025",
)
LEAST_MEMORY: Final = Capability(
    what="MiB of memory with which a guest boots",
    since=((_OLDEST, 128), (_MERGED, 16)),
    by=(
        f"{_FIRMWARE}::test_a_guest_needs_memory_for_the_firmware",
        f"{_FIRMWARE}::test_a_boot_file_may_have_8192_bytes_less",
    ),
)
MOST_LOADED: Final = Capability(
    what="MiB that kernel and initrd can fill at most, in a large guest",
    since=((_OLDEST, 120), (_MERGED, 2045)),
    by=(
        f"{_FIRMWARE}::test_files_end_where_the_table_says",
        "an ins list above the memory of the separate image",
        "7.2-err-initrd-130M",
    ),
    source=_NETMAIN,
)

CAPABILITIES: Final[tuple[Capability[bool] | Capability[int], ...]] = (
    NETWORK_BOOT,
    INS_LISTS,
    CONFIGURATIONS,
    LABELS,
    UNINITIALISED_ENTRIES,
    LOADPARM_SELECTS,
    MENU,
    MERGED_IMAGE,
    BOOT_DEVICES,
    NAMES_MISSING_SERVER,
    LEAST_MEMORY,
    MOST_LOADED,
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Limits:
    """One column of the table: a series of versions that behave alike."""

    first: Version
    network_boot: bool
    ins_lists: bool
    configurations: bool
    labels: int
    uninitialised_entries: bool
    """10.0 and 11.1 read unwritten memory too, which is zero in the cases of the transcripts and not in others (M)."""
    loadparm_selects: bool
    menu: bool
    merged_image: bool
    boot_devices: int
    names_missing_server: bool
    least_memory: int
    most_loaded: int

    def memory(self, installed: int) -> int:
        """The first address that files may not reach, for a guest with `installed` bytes of memory.

        Merged images start some bytes later, which differ by build (M: 0x890 in 10.0.2, 0xb68 in 10.0.13, 0xb48 in
        11.1.3).
        """
        end = self.most_loaded * MIB
        return min(end, (installed - 3 * MIB) & ~0xFFFF) if self.merged_image else end


def _column(first: Version) -> Limits:
    return Limits(
        first=first,
        network_boot=NETWORK_BOOT.at(first),
        ins_lists=INS_LISTS.at(first),
        configurations=CONFIGURATIONS.at(first),
        labels=LABELS.at(first),
        uninitialised_entries=UNINITIALISED_ENTRIES.at(first),
        loadparm_selects=LOADPARM_SELECTS.at(first),
        menu=MENU.at(first),
        merged_image=MERGED_IMAGE.at(first),
        boot_devices=BOOT_DEVICES.at(first),
        names_missing_server=NAMES_MISSING_SERVER.at(first),
        least_memory=LEAST_MEMORY.at(first),
        most_loaded=MOST_LOADED.at(first),
    )


TABLE: Final = tuple(_column(first) for first in sorted({first for row in CAPABILITIES for first, _ in row.since}))
"""In order of `first`; the last column that is not newer than a version holds for it."""

STRICTEST: Final = _column(Version(3, 0))
"""Of the versions that can boot every method; guests on older ones must say so."""


def limits_of(version: Version | None) -> Limits:
    """The column for `version`; None is a version that is not known, and counts as the strictest."""
    if version is None:
        return STRICTEST
    return next(row for row in reversed(TABLE) if row.first <= version)
