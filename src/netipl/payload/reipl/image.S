# The file: a raw kernel image in the form of Linux, so that everything that boots Linux boots this.
#
# It is loaded to absolute 0, and begun at `entry` by the firmware that finds S390EP, or by the PSW at 0. RAM is not
# cleared by a re-IPL. So the file reaches beyond the command line, and what an earlier boot left there is overwritten by
# zeros before the firmware copies a command line, if it has one. Bytes 8 to X'1FF' hold nothing: firmware and
# interruptions write there. Sources: Linux arch/s390/boot/head.S, QEMU pc-bios/s390-ccw/jump2ipl.c and netmain.c.

        .globl  entry, defaults, command_line

        .section .psw, "a"
        .long   0x00080000, 0x80000000 + entry  # short format, 31-bit addressing: PoP, "Program-Status-Word Format"

        .section .entry, "ax"
entry:
        j       begin
        .org    8
        .ascii  "S390EP"
        .org    0x10
        .ascii  "netipl re-IPL"

        .org    0x20
defaults:                               # words as on the command line, patched into the file
        .fill   64, 1, 0
        .byte   0

        .balign 2
# As Linux begins: another loader than QEMU's may enter in ESA/390 mode.
begin:
        lhi     %r1, 2                  # z/Architecture
        slr     %r0, %r0
        sigp    %r1, %r0, 0x12          # Set Architecture; refused where it is set already
        sam64
        jg      main

        .org    0x400                   # here the firmware writes address and size of an initrd, which is not used
        .org    0x430
        .quad   896                     # bytes of command line that are taken

        .section .command_line, "aw"
command_line:
        .fill   896, 1, 0
        .byte   0                       # ends a command line of full length
