# Re-IPL from a disk: a bare-metal program that the firmware loads over the network, in place of a kernel.
#
# This file decides which device is booted and what happens where there is none. The others are its parts: image.S the
# file as the firmware wants it, words.S the command line, subchannels.S the search for devices, parameters.S the
# IPL parameter block, console.S all that is printed, interruptions.S waiting.
#
# A device that was named is never replaced by another: what is on the other may be anything, and the network, to which
# the guest returns after a wait, can be told better.
#
# Registers: a routine may change %r0 to %r5; %r6 to %r13 belong to its caller unless it says otherwise. What routines
# tell each other beyond %r2 stands in memory under a name. There is no stack: each keeps its return address in a cell.
# "PoP" is the z/Architecture Principles of Operation, SA22-7832.

        .globl  main, back_to_network

        .text
main:
        brasl   %r14, interruptions_prepare
        brasl   %r14, console_prepare
        larl    %r2, defaults
        brasl   %r14, words_read
        larl    %r2, command_line
        brasl   %r14, words_read

        lgrl    %r1, bad_word
        stgrl   %r1, word
        larl    %r2, says_bad_word
        cgijne  %r1, 0, give_up
        lrl     %r1, device
        cijl    %r1, 0, scan

        brasl   %r14, subchannel_of_device
        lgr     %r1, %r2
        larl    %r2, says_no_such_device
        cgije   %r1, 0, give_up
        lgr     %r2, %r1
        brasl   %r14, identify
        larl    %r2, says_no_answer
        lrl     %r1, control_unit
        cije    %r1, 0, give_up
        brasl   %r14, disk_rank
        lgr     %r1, %r2
        larl    %r2, says_no_disk
        cgijl   %r1, 0, give_up
        j       boot

scan:
        brasl   %r14, subchannels_scan
        lgr     %r1, %r2
        larl    %r2, says_nothing_found
        cgijl   %r1, 0, give_up

boot:
        larl    %r2, says_booting
        brasl   %r14, say
        brasl   %r14, parameters_set
        lrl     %r1, response
        cije    %r1, 1, re_ipl
        larl    %r2, says_refused

# %r2 is what to say of it.
give_up:
        brasl   %r14, say
back_to_network:
        larl    %r2, says_going_back
        brasl   %r14, say
        lrl     %r2, seconds
        brasl   %r14, pause

# From the device that was set, or else from the one that this program came from: the machine still has it.
re_ipl:
        lghi    %r4, 3                  # the subcode for IPL
        diag    %r2, %r4, 0x308
        j       stop

        .section .rodata, "a"
        .balign 2
says_booting:
        .asciz  "re-IPL from \1 (\2)"
        .balign 2
says_nothing_found:
        .asciz  "no disk found: no virtio-blk, virtio-scsi or DASD device in subchannel set 0"
        .balign 2
says_bad_word:
        .asciz  "\5 is not understood: write reipl=0.0.1234"
        .balign 2
says_no_such_device:
        .asciz  "there is no device \1"
        .balign 2
says_no_answer:
        .asciz  "device \1 does not answer"
        .balign 2
says_no_disk:
        .asciz  "device \1 is no disk: its control unit is \3"
        .balign 2
says_refused:
        .asciz  "re-IPL from \1 is refused with response \6"
        .balign 2
says_going_back:
        .asciz  "back to the network in \4 s"
