# The search for devices in the channel subsystem, and what kind of disk one is.
#
# A device tells what it is by the command SENSE ID: type and model of its control unit. The kinds that QEMU's firmware
# can boot from are the table `disks`, best first. Sources: PoP, chapters 14 to 16; Virtio 1.2, 4.3 "Virtio Over Channel
# I/O"; QEMU pc-bios/s390-ccw/cio.h and virtio.h.

        .globl  subchannel_of_device, subchannels_scan, identify, disk_rank, DISK_NAME, control_unit

        .set    FIRST_SUBCHANNEL, 0x00010000    # PoP, "Subsystem-Identification Word"
        .set    PATH_FLAGS, 5           # a byte of the subchannel-information block (SCHIB), and bits in it
        .set    VALID, 0x01
        .set    ENABLED, 0x80
        .set    DEVICE_NUMBER, 6        # a halfword of it
        .set    DEVICE_STATUS, 8        # a byte of the interruption-response block (IRB), and a bit in it
        .set    DEVICE_END, 0x04
        .set    SENSE_ID, 0xe4
        .set    DISK_NAME, 8            # a text in a row of `disks`
        .set    SECONDS_TO_ANSWER, 2
        .set    TRIES, 5                # a device may have something else to report first, such as a reset

        .text
# Find `device`: %r2 is its subsystem-identification word, or 0. Changes %r6. Subchannel sets 1 to 3 are not there until
# they are asked for; a machine that has none says so in a response that is not needed, since nothing is found in them.
subchannel_of_device:
        stgrl   %r14, return_search
        larl    %r2, set_domain_attributes
        mvhhi   0(%r2), 0x0400          # length
        mvhhi   2(%r2), 0x0031          # command
        mvhhi   6(%r2), 0x0002          # enable the multiple-subchannel-set facility
        .insn   rre, 0xb25f0000, %r2, %r0       # CHSC
        llgfrl  %r6, device
        srlg    %r6, %r6, 16
        sllg    %r6, %r6, 17
        oilh    %r6, FIRST_SUBCHANNEL >> 16
1:      brasl   %r14, valid_from
        cgije   %r6, 0, 2f
        larl    %r1, device
        clc     DEVICE_NUMBER(2, %r5), 2(%r1)
        je      2f
        la      %r6, 1(%r6)
        tmll    %r6, 0xffff
        jnz     1b
        lghi    %r6, 0
2:      lgr     %r2, %r6
        lgrl    %r14, return_search
        br      %r14

# Find the best disk of set 0, the first of several: %r2 is its rank or -1, `device` and `control_unit` are it. Changes
# %r6 to %r8.
subchannels_scan:
        stgrl   %r14, return_search
        lghi    %r7, -1
        llilf   %r6, FIRST_SUBCHANNEL
1:      brasl   %r14, valid_from
        cgije   %r6, 0, 3f
        lgr     %r2, %r6
        brasl   %r14, identify
        brasl   %r14, disk_rank
        clgrjnl %r2, %r7, 2f            # as unsigned numbers, where none is the greatest
        lgr     %r7, %r2
        lrl     %r8, control_unit
        llghrl  %r1, schib + DEVICE_NUMBER
        strl    %r1, device
2:      la      %r6, 1(%r6)
        tmll    %r6, 0xffff
        jnz     1b
3:      strl    %r8, control_unit
        lgr     %r2, %r7
        lgrl    %r14, return_search
        br      %r14

# From %r6 on find a subchannel with a device: %r6 is its subsystem-identification word, or 0; %r5 its SCHIB.
valid_from:
        larl    %r5, schib
        lgr     %r1, %r6
1:      stsch   0(%r5)
        jo      2f                      # none from here on
        tm      PATH_FLAGS(%r5), VALID
        lgr     %r6, %r1
        bor     %r14
        la      %r1, 1(%r1)
        tmll    %r1, 0xffff
        jnz     1b
2:      lghi    %r6, 0
        br      %r14

# Ask the device of subchannel %r2, whose SCHIB is stored, what it is: `control_unit` is X'TTTTMM', or 0 where it does
# not say so in time.
identify:
        stgrl   %r14, return_identify
        stgrl   %r2, identified
        lghi    %r0, 0
        stgrl   %r0, sense
        lghi    %r2, SECONDS_TO_ANSWER
        brasl   %r14, deadline_in
        lgrl    %r1, identified
        larl    %r3, schib
        oi      PATH_FLAGS(%r3), ENABLED
        msch    0(%r3)
        jnz     4f
        lghi    %r4, TRIES
1:      larl    %r3, sense_id_request
        ssch    0(%r3)
        jnz     4f
        larl    %r3, irb
2:      tsch    0(%r3)
        jnz     3f                      # nothing new
        tm      DEVICE_STATUS(%r3), DEVICE_END
        jno     3f
        lrl     %r0, sense
        cijne   %r0, 0, 4f
        brct    %r4, 1b
        j       4f
3:      brasl   %r14, await
        brasl   %r14, has_passed
        jl      2b
4:      lrl     %r0, sense
        nilf    %r0, 0x00ffffff
        strl    %r0, control_unit
        lgrl    %r14, return_identify
        br      %r14

# The rank of `control_unit` in the table, as %r2, or -1. %r1 is its row; %r0 and %r5 are changed.
disk_rank:
        lghi    %r2, 0
        larl    %r1, disks
        larl    %r5, disks_end
1:      lrl     %r0, control_unit
        n       %r0, 4(%r1)
        c       %r0, 0(%r1)
        ber     %r14
        la      %r1, disk_row(%r1)
        la      %r2, 1(%r2)
        clgrjl  %r1, %r5, 1b
        lghi    %r2, -1
        br      %r14

        .section .rodata, "a"
        .balign 4
disks:                                  # control unit, the bits of it that count, name
        .long   0x383202, 0xffffff
        .asciz  "virtio-blk"
        .set    disk_row, 20
        .org    disks + 1 * disk_row
        .long   0x383208, 0xffffff
        .asciz  "virtio-scsi"
        .org    disks + 2 * disk_row
        .long   0x399000, 0xffff00
        .asciz  "DASD"
        .org    disks + 3 * disk_row
        .long   0x210700, 0xffff00
        .asciz  "DASD"
        .org    disks + 4 * disk_row
disks_end:

        .balign 8
sense_id_command:                       # a format-1 CCW
        .byte   SENSE_ID, 0x20          # a device may send less
        .short  8
        .long   sense
sense_id_request:                       # the ORB: CCWs of format 1, every path
        .long   0, 0x0080ff00, sense_id_command, 0, 0, 0, 0, 0

        .section .cells, "aw", @nobits
        .balign 4096
set_domain_attributes: .skip 4096
        .balign 8
schib:          .skip 52
        .balign 8
irb:            .skip 96
sense:          .skip 8
identified:     .skip 8
return_search:  .skip 8
return_identify: .skip 8
control_unit:   .skip 4
