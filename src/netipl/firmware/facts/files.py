"""What the firmware does with files: which it asks for, how it reads them, where they go, and how it ends."""

from typing import Final

from netipl.firmware.evidence import V5, V7, V10, V11
from netipl.firmware.facts.fact import FIRMWARE_TEST, Fact

_WITH_TRANSCRIPTS: Final = (V7, V10, V11)

BOOT_FILE: Final = (
    Fact("Less than 8 bytes are refused.", by=("a boot file of 7 bytes is refused", "an empty boot file is refused")),
    Fact(
        "At most 2046 bytes that begin with `# pxelinux`, in any case, are a configuration.",
        by=("a configuration as boot file, its magic in any case", "a configuration of 2046 bytes as boot file"),
    ),
    Fact("At most 2046 bytes that begin with `* ` are an `.ins` list.", by=("an ins list of 2046 bytes",)),
    Fact(
        "Anything else is moved to address 0 and started as a kernel, be it text or a program for another machine.",
        by=(
            "a kernel as boot file",
            "a configuration of 2047 bytes as boot file is started",
            "an ins list of 2047 bytes is started",
            "7.2-err-bootfile-without-magic",
            "10.0-bootfile-nomagic",
            "11.1-bootfile-nomagic",
        ),
    ),
    Fact(
        "A kernel is entered at 0x10000 where `S390EP` stands at 0x10008, otherwise by the short PSW at 0.",
        by=("a kernel as boot file", "a kernel with a PSW at 0"),
    ),
    Fact(
        "`starting kernel...` is no proof of success: text, ELF, gzip and empty files get there too.",
        measured=_WITH_TRANSCRIPTS,
        by=(
            "7.2-err-kernel-is-text",
            "7.2-err-kernel-is-gzip",
            "7.2-err-kernel-empty",
            "10.0-kernel-text",
            "11.1-kernel-text",
        ),
    ),
    Fact(
        "An `.ins` list is a comment line `* ...`, then lines `FILE ADDRESS`: decimal, or hexadecimal with 0x, after "
        "any blanks; a leading 0 is not octal.",
        by=(
            "an ins list, decimal, hexadecimal, with a blank line",
            "an ins list of one line",
            "an ins list above the memory of the separate image",
        ),
    ),
    Fact(
        "An address that is no number is 0.",
        measured=(V7, V10),
        by=("an ins list with an address that is no number",),
    ),
    Fact(
        "A line without a space, an empty one of DOS too, ends the boot.",
        by=("an ins list without an address", "an ins list with an empty DOS line"),
    ),
    Fact(
        "An `.ins` list that fails is followed by probing, which may boot `pxelinux.cfg/default` instead.",
        by=("an ins list that misses a file", "an ins list with an empty file", "7.2-err-ins-missing-file"),
    ),
)

PROBING: Final = (
    Fact(
        "The names, in this order: that of option 209; the UUID, in lower case with dashes; `01-` and the MAC, in "
        "lower case with dashes; the IPv4 address in 8 upper-case hexadecimal digits, then 7, down to 1; `default`.",
        by=(
            "probing goes on from UUID over MAC and address to default",
            "probing shortens the address",
            "options 209 and 210",
        ),
    ),
    Fact(
        "They lie in option 210, or else in `pxelinux.cfg/` beside the last name that was requested.",
        by=("options 209 and 210", "option 209 without 210", "a missing boot file probes beside it"),
    ),
    Fact(
        "That name need not be the boot file: after a kernel that is missing, probing goes on beside the kernel.",
        by=("a missing kernel probes beside the kernel",),
    ),
    Fact(
        "With boot file `/` the names begin with `/pxelinux.cfg/`, with an empty one with `pxelinux.cfg/`.",
        by=("probing by UUID comes first", "an empty name probes without a slash"),
    ),
    Fact(
        "An empty configuration is passed over; one without labels ends the boot.",
        by=("an empty probed configuration is passed over", "a configuration of comments only"),
    ),
    Fact(
        "A configuration that is refused is printed, and the next name is tried.",
        by=("2048 bytes of probed configuration are too many", "ERROR 0 for a probe is printed"),
    ),
)

CONFIGURATION: Final = (
    Fact(
        "Keywords `default`, `label`, `kernel`, `initrd`, `append`, in any case; `#` begins a comment. Names of "
        "files are used verbatim.",
        by=("DOS line ends, and keywords in any case", "lines that are not understood"),
    ),
    Fact(
        "Other keywords, and lines of one word, are printed and passed over.",
        by=("lines that are not understood",),
    ),
    Fact(
        "Keyword and argument are parted by a space; a tab does only where the line has no space.",
        by=("lines that are not understood",),
    ),
    Fact(
        "`default` counts before its label only, else the first label boots.",
        by=("default after its label does not count",),
    ),
    Fact(
        "Of two labels with one name the last is the default.",
        measured=(V7, V10),
        by=("of two labels with one name the last is the default",),
    ),
    Fact(
        "A `label` line without a name is lost, and the lines below it change the label before.",
        measured=(V7, V10),
        by=("lines below a label without a name change the label before",),
    ),
    Fact(
        "Every label needs kernel, initrd and append: the entries are memory that is never cleared. From 9.2 on that "
        "is zero in the simplest cases, and not in others.",
        by=(
            "a label without an initrd",
            "a label without a kernel",
            "7.2-err-config-label-no-kernel",
            "11.1-label-no-kernel",
        ),
    ),
    Fact(
        "`initrd=` inside `append` is text for the kernel.",
        measured=_WITH_TRANSCRIPTS,
        by=("7.2-err-config-initrd-in-append", "10.0-appinitrd", "11.1-appinitrd"),
    ),
    Fact(
        "A NUL ends the configuration. The last line needs no end; in a boot file it then keeps its trailing blanks.",
        by=(
            "a NUL ends the configuration",
            "the last line needs no end",
            "a last line without an end keeps its blanks in a boot file",
        ),
    ),
    Fact(
        "A `loadparm` out of range stops the boot (10.1 and later).",
        measured=(V11,),
        by=("11.1-loadparm9",),
    ),
)

MEMORY: Final = (
    Fact(
        "The separate image lies at 120 MiB: kernel, rounded up to 4096 bytes, and initrd may fill what is below to "
        "the last byte; a boot file has 8192 bytes less.",
        measured=(V5, V7),
        by=(
            f"{FIRMWARE_TEST}::test_files_end_where_the_table_says",
            "a boot file up to the end of memory",
            "a boot file of one byte too many",
            "kernel and initrd up to the end of memory",
        ),
    ),
    Fact(
        "The merged image lies 3 MiB below the end of memory or of 2 GiB, rounded down to 64 KiB, plus a little that "
        "differs by build: 0xb68 in 10.0.13, 0xb48 in 11.1.3.",
        measured=(V10, V11),
        by=(
            f"{FIRMWARE_TEST}::test_files_end_where_the_table_says",
            f"{FIRMWARE_TEST}::test_a_boot_file_may_have_8192_bytes_less",
        ),
    ),
    Fact(
        "The initrd's address goes to 0x10408, its size to 0x10410, `append` to 0x10480.",
        measured=_WITH_TRANSCRIPTS,
        by=("7.2-ok-libvirt-slash", "10.0-ok-slash", "11.1-multi-default"),
    ),
)

FAILURE: Final = (
    Fact(
        "Up to 9.1 there is one boot device: the guest stops in a disabled wait, and QEMU ends.",
        measured=(V5, V7),
        by=(f"{FIRMWARE_TEST}::test_so_many_boot_devices_are_tried", "7.2-netfail-then-disk"),
    ),
    Fact(
        "From 9.2 on the next of up to 8 boot devices is tried.",
        measured=(V10, V11),
        by=(
            f"{FIRMWARE_TEST}::test_so_many_boot_devices_are_tried",
            "10.0-netfail-then-disk",
            "11.1-netfail-then-disk",
        ),
    ),
    Fact(
        "After a re-IPL that the guest asked for, the other boot devices are gone.",
        measured=(V10, V11),
        by=(f"{FIRMWARE_TEST}::test_after_a_re_ipl_there_is_one_boot_device",),
    ),
)
