# What the disks of the tests boot, in place of an operating system: it prints its command line, and then reboots if
# that begins with "r", or else waits. Built from the parts of the re-IPL program, whose main program it replaces.

        .globl  main, back_to_network

        .text
main:
        brasl   %r14, interruptions_prepare
        brasl   %r14, console_prepare
        larl    %r2, command_line
        brasl   %r14, say
        larl    %r1, command_line
        cli     0(%r1), 'r'
        je      reboot
back_to_network:
1:      lghi    %r2, 9999
        brasl   %r14, pause
        j       1b
reboot:
        lghi    %r4, 3
        diag    %r2, %r4, 0x308
        j       stop
