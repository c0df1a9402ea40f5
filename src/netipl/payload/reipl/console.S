# Printing lines on the console of the service element (SCLP), in ASCII as the firmware prints.
#
# A line is a text with references to what is to be shown: a byte below 8 is replaced by what `references` has for it.
# Printing never fails: where nobody listens, or nobody answers for a second, the line is lost.
# Sources: Linux drivers/s390/char/sclp.h, QEMU hw/char/sclpconsole.c.

        .globl  console_prepare, say, word, response

        .set    WRITE_EVENT_MASK, 0x00780005
        .set    WRITE_EVENT_DATA, 0x00760005
        .set    ASCII_MESSAGE, 0x1a     # type of event, and so bit 25 of the masks
        .set    SCCB_HEADER, 8
        .set    EVENT_HEADER, 6
        .set    EXTERNAL_CODE, 0x86     # PoP, "Assigned Storage Locations"
        .set    SERVICE_SIGNAL, 0x2401

        .text
# Tell the service element that messages will come.
console_prepare:
        stgrl   %r14, return_console
        larl    %r3, sccb
        larl    %r1, event_masks
        mvc     0(event_masks_end - event_masks, %r3), 0(%r1)
        llilf   %r2, WRITE_EVENT_MASK
        brasl   %r14, service_call
        lgrl    %r14, return_console
        br      %r14

# Print the text at %r2 as a line.
say:
        stgrl   %r14, return_say
        stgrl   %r12, kept_12
        lgr     %r12, %r2
        larl    %r3, sccb + SCCB_HEADER + EVENT_HEADER
        larl    %r2, beginning
        brasl   %r14, put_text
next:
        llgc    %r2, 0(%r12)
        la      %r12, 1(%r12)
        cgije   %r2, 0, ended
        clgijl  %r2, 8, reference
        stc     %r2, 0(%r3)
        la      %r3, 1(%r3)
        j       next
reference:
        sllg    %r2, %r2, 2
        larl    %r1, references - 4
        lgf     %r2, 0(%r2, %r1)
        basr    %r14, %r2
        j       next
ended:
        larl    %r2, line_end
        brasl   %r14, put_text
        larl    %r2, sccb
        sgr     %r3, %r2                # bytes in all
        mvhi    0(%r2), 0
        mvhi    4(%r2), 0
        mvhi    8(%r2), ASCII_MESSAGE << 8
        mvhhi   12(%r2), 0
        sth     %r3, 0(%r2)
        aghi    %r3, -SCCB_HEADER
        sth     %r3, 8(%r2)
        llilf   %r2, WRITE_EVENT_DATA
        brasl   %r14, service_call
        lgrl    %r12, kept_12
        lgrl    %r14, return_say
        br      %r14

# Give the command %r2 with the SCCB, and wait for its end. A busy service element ends another command first.
service_call:
        stgrl   %r14, return_call
        stgrl   %r2, command
        lghi    %r2, 1
        brasl   %r14, deadline_in
        lgrl    %r0, command
        larl    %r1, sccb
give:
        mvhhi   EXTERNAL_CODE, 0
        .insn   rre, 0xb2200000, %r0, %r1       # SERVC
        jo      called                  # not operational
        jz      given
        brasl   %r14, await
        brasl   %r14, has_passed
        jl      give
        j       called
given:
        brasl   %r14, await
        clhhsi  EXTERNAL_CODE, SERVICE_SIGNAL
        je      called
        brasl   %r14, has_passed
        jl      given
called:
        lgrl    %r14, return_call
        br      %r14

# Each of these appends to the line at %r3, and changes %r0 to %r5 besides.

put_text:                               # the text at %r2
        llgc    %r0, 0(%r2)
        cgije   %r0, 0, 1f
        stc     %r0, 0(%r3)
        la      %r2, 1(%r2)
        la      %r3, 1(%r3)
        j       put_text
1:      br      %r14

put_device:                             # as 0.S.DDDD
        lgfrl   %r1, device
        mvhhi   0(%r3), 0x302e          # "0."
        srlg    %r2, %r1, 16
        aghi    %r2, '0'
        stc     %r2, 2(%r3)
        mvi     3(%r3), '.'
        la      %r3, 4(%r3)
        j       put_4_digits

put_control_unit:                       # type and model, as TTTT/MM
        lgfrl   %r1, control_unit
        lgr     %r0, %r14
        sllg    %r1, %r1, 40
        lghi    %r4, 4
        brasl   %r14, put_digits
        mvi     0(%r3), '/'
        la      %r3, 1(%r3)
        lgr     %r14, %r0
        lghi    %r4, 2
        j       put_digits

put_response:
        lgfrl   %r1, response
put_4_digits:
        sllg    %r1, %r1, 48
        lghi    %r4, 4

# The first %r4 hexadecimal digits of %r1, which is rotated by them.
put_digits:
        larl    %r5, digits
1:      rllg    %r1, %r1, 4
        lghi    %r2, 15
        ngr     %r2, %r1
        ic      %r2, 0(%r2, %r5)
        stc     %r2, 0(%r3)
        la      %r3, 1(%r3)
        brct    %r4, 1b
        br      %r14

put_seconds:                            # decimal, without leading zeros
        lrl     %r1, seconds
        larl    %r5, packed
        cvd     %r1, 0(%r5)
        lg      %r1, 0(%r5)
        srlg    %r1, %r1, 4             # without the sign
        lghi    %r4, 16
1:      rllg    %r1, %r1, 4
        tmll    %r1, 15
        jnz     2f
        brct    %r4, 1b
2:      rllg    %r1, %r1, 60
        j       put_digits

put_disk:                               # the kind of disk that the control unit makes it
        lgr     %r4, %r14
        brasl   %r14, disk_rank
        lgr     %r14, %r4
        la      %r2, DISK_NAME(%r1)
        j       put_text

put_word:                               # from the command line: what cannot be printed becomes a question mark
        lgrl    %r2, word
1:      llgc    %r1, 0(%r2)
        clgijnh %r1, ' ', 3f
        clgijl  %r1, 0x7f, 2f
        lghi    %r1, '?'
2:      stc     %r1, 0(%r3)
        la      %r2, 1(%r2)
        la      %r3, 1(%r3)
        j       1b
3:      br      %r14

        .section .rodata, "a"
        .balign 2
beginning:
        .asciz  "netipl: "
        .balign 2
line_end:
        .asciz  "\r\n"
        .balign 2
digits:
        .ascii  "0123456789abcdef"
        .balign 4
references:                             # what a byte from 1 on stands for
        .long   put_device, put_disk, put_control_unit, put_seconds, put_word, put_response
        .balign 4
event_masks:                            # the SCCB of WRITE EVENT MASK
        .short  event_masks_end - event_masks
        .skip   SCCB_HEADER
        .short  4                       # bytes of a mask
        .long   0                       # events for this program
        .long   0x80000000 >> (ASCII_MESSAGE - 1)       # events from it
        .long   0, 0                    # what the service element has, filled in by it
event_masks_end:

        .section .cells, "aw", @nobits
        .balign 4096
sccb:           .skip 4096              # a line fits: the longest word is the whole command line
return_console: .skip 8
return_say:     .skip 8
return_call:    .skip 8
kept_12:        .skip 8
command:        .skip 8
packed:         .skip 8
word:           .skip 8
response:       .skip 4
