# A main program for the parts of the re-IPL program, in the trouble that a good machine does not make: a command to the
# service element whose end nobody has waited for, an I/O interruption that nobody asked for, and a program check.

        .globl  main, back_to_network

        .text
main:
        brasl   %r14, interruptions_prepare
        brasl   %r14, console_prepare

        larl    %r1, forgotten
        llilf   %r0, 0x00780005         # WRITE EVENT MASK
        .insn   rre, 0xb2200000, %r0, %r1       # SERVC
        larl    %r2, says_busy
        brasl   %r14, say

        llilf   %r6, 0x00010000
        lgr     %r2, %r6
        lgr     %r1, %r6
        larl    %r3, subchannel
        stsch   0(%r3)
        oi      5(%r3), 0x80            # enabled
        msch    0(%r3)
        larl    %r3, request
        ssch    0(%r3)
        lghi    %r2, 1
        brasl   %r14, pause
        larl    %r2, says_stray
        brasl   %r14, say

        .short  0                       # no operation has this code
back_to_network:
        larl    %r2, says_checked
        brasl   %r14, say
        lghi    %r2, 9999
        brasl   %r14, pause

        .section .rodata, "a"
        .balign 2
says_busy:
        .asciz  "printed behind a forgotten command"
        .balign 2
says_stray:
        .asciz  "waited in spite of an interruption"
        .balign 2
says_checked:
        .asciz  "back after a program check"
        .balign 8
command:
        .byte   0x03, 0x20              # NO-OPERATION
        .short  1
        .long   0
request:
        .long   0, 0x0080ff00, command, 0, 0, 0, 0, 0

        .section .data, "aw"
        .balign 4096
forgotten:
        .short  28, 0, 0, 0, 0, 4
        .long   0, 0x40, 0, 0

        .section .cells, "aw", @nobits
        .balign 8
subchannel:     .skip 52
