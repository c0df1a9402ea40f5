# Waiting, always in the wait state, and what a program check leads to.
#
# Interruptions are taken in `await` only. It returns after any of them, expected or not, and at the latest when the
# clock says so: whoever waits for something looks whether it has come. PoP, chapter 6 and "Clock Comparator".

        .globl  interruptions_prepare, await, deadline_in, has_passed, pause, stop

        .set    EXTERNAL_NEW, 0x1b0     # PoP, "Assigned Storage Locations"
        .set    PROGRAM_NEW, 0x1d0
        .set    IO_NEW, 0x1f0
        .set    PROGRAM_CODE, 0x8e
        .set    TOD_SECOND_SHIFT, 12    # bit 51 of the clock is a microsecond

        .text
interruptions_prepare:
        larl    %r1, woken_psw
        mvc     EXTERNAL_NEW(16, %r0), 0(%r1)
        mvc     IO_NEW(16, %r0), 0(%r1)
        larl    %r1, program_check_psw
        mvc     PROGRAM_NEW(16, %r0), 0(%r1)
        larl    %r1, control_0
        lctlg   %c0, %c0, 0(%r1)
        larl    %r1, control_6
        lctlg   %c6, %c6, 0(%r1)
        br      %r14

# Wait for an interruption, until the clock is %r2 at most. Changes %r5 only.
await:
        larl    %r5, comparator
        stg     %r2, 0(%r5)
        sckc    0(%r5)
        larl    %r5, wait_psw
        lpswe   0(%r5)
woken:
        br      %r14

# The clock in %r2 seconds, as %r2. Changes %r5 only.
deadline_in:
        llgfr   %r2, %r2
        msgfi   %r2, 1000000
        sllg    %r2, %r2, TOD_SECOND_SHIFT
        larl    %r5, now
        stck    0(%r5)
        alg     %r2, 0(%r5)
        br      %r14

# Condition code 1 (low) while the clock has not reached %r2. Changes %r5 only.
has_passed:
        larl    %r5, now
        stck    0(%r5)
        lg      %r5, 0(%r5)
        clgr    %r5, %r2
        br      %r14

# Wait for %r2 seconds.
pause:
        stgrl   %r14, return_pause
        brasl   %r14, deadline_in
1:      brasl   %r14, await
        brasl   %r14, has_passed
        jl      1b
        lgrl    %r14, return_pause
        br      %r14

# Nothing here should cause one; a second one, while this one is told, stops the guest.
program_check:
        larl    %r1, stop_psw
        mvc     PROGRAM_NEW(16, %r0), 0(%r1)
        llgh    %r2, PROGRAM_CODE
        strl    %r2, response
        larl    %r2, says_program_check
        brasl   %r14, say
        j       back_to_network

stop:
        larl    %r1, stop_psw
        lpswe   0(%r1)

        .section .rodata, "a"
        .balign 2
says_program_check:
        .asciz  "program check \6, which is an error in this program"
        .balign 8
woken_psw:
        .quad   0x0000000180000000, woken               # 64-bit addressing, disabled
program_check_psw:
        .quad   0x0000000180000000, program_check
wait_psw:
        .quad   0x0302000180000000, 0                   # wait, for I/O and external interruptions
stop_psw:
        .quad   0x0002000180000000, 0xdead              # wait, for nothing
control_0:
        .quad   0xae0                   # clock comparator, service signal; the rest as after a reset
control_6:
        .quad   0xff000000              # I/O interruptions of every subclass

        .section .cells, "aw", @nobits
        .balign 8
comparator:     .skip 8
now:            .skip 8
return_pause:   .skip 8
